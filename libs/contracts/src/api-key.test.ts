import { expect, it } from '@jest/globals';
import { apiKeyDigest, apiKeyId, newApiKey } from './api-key.js';

it('makes keys of the length that official clients ask for, none twice', () => {
  const keys = Array.from({ length: 200 }, newApiKey);
  expect(new Set(keys).size).toBe(200);
  for (const key of keys) expect(key).toMatch(/^tl_[0-9A-Za-z]{29}$/);
});

it('finds the id in a key, and in nothing else', () => {
  const key = newApiKey();
  expect(apiKeyId(key)).toBe(key.slice(3, 11));
  for (const text of ['', 'tl_', key.slice(1), `${key}0`, key.slice(0, -1), `db${key.slice(2)}`]) {
    expect(apiKeyId(text)).toBeUndefined();
  }
  expect(apiKeyId(`${key}\n`)).toBeUndefined();
});

it('digests the whole key', () => {
  expect(apiKeyDigest('tl_').toString('hex')).toBe(
    'ad5d6fa9bfb86faf66737d1f30a83f660d6c996d126557c87ddb0a164393df89',
  );
});
