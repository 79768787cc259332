/** Keys of the gateway: `tl_`, 8 characters of id, 21 of secret. 32 in all: Databento's C++ client refuses others. */
import { createHash, randomInt } from 'node:crypto';

export const API_KEY_ROLES = ['reader', 'operator'] as const;
export type ApiKeyRole = (typeof API_KEY_ROLES)[number];

const PREFIX = 'tl_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 8;
/** Of 62 letters: 125 bits. */
const SECRET_LENGTH = 21;
const FORM = new RegExp(`^${PREFIX}([0-9A-Za-z]{${ID_LENGTH}})[0-9A-Za-z]{${SECRET_LENGTH}}$`);

/** A new key; who loses it makes another, since only its digest is kept. */
export const newApiKey = (): string =>
  PREFIX +
  Array.from({ length: ID_LENGTH + SECRET_LENGTH }, () => ALPHABET[randomInt(62)]).join('');

/** The part of a key under which it is looked up, which is no secret; undefined for what is no key. */
export const apiKeyId = (key: string): string | undefined => FORM.exec(key)?.[1];

/** SHA-256 of a key: what is kept of it. */
export const apiKeyDigest = (key: string): Buffer => createHash('sha256').update(key).digest();
