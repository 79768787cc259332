import { expect, it } from '@jest/globals';
import { createLogger, NestPinoLogger } from './create-logger.js';

/** A logger, and the lines it has written. */
function listen(level = 'info') {
  const lines: string[] = [];
  const logger = createLogger('writer', level, { write: (line) => void lines.push(line) });
  const records = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, records };
}

it('writes one JSON object to a line, with the fields of its batch', () => {
  const { logger, records } = listen();
  logger.child({ job: 'j', chunk: 'c', batch: 'c.0' }).info({ rows: 3 }, 'stored');
  logger.debug('not at this level');
  expect(records()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      service: 'writer',
      job: 'j',
      chunk: 'c',
      batch: 'c.0',
      rows: 3,
      msg: 'stored',
    },
  ]);
});

it('gives away no password and no key', () => {
  const { logger, lines, records } = listen();
  const key = `db-${'a1B2'.repeat(7)}c`;
  logger.info({ password: 'hidden', config: { apiKey: 'hidden', authorization: 'hidden' } }, 'a');
  logger.warn({ err: new Error('cannot reach nats://u:hidden@h:1, nats://hidden@h') }, 'b');
  logger.error(`refused ${key} at postgres://hidden:hidden@h/d?x=a@b`);
  expect(records()).toHaveLength(3);
  expect(lines.join('')).not.toMatch(/hidden/);
  expect(lines.join('')).not.toContain(key);
  expect(records()[2]?.['msg']).toBe('refused db-*** at postgres://***@h/d?x=a@b');
});

it('leaves other addresses as they are', () => {
  const { logger, records } = listen();
  logger.info({ url: 'http://127.0.0.1:8080', mail: 'a@b' }, 'ready');
  expect(records()[0]).toMatchObject({ url: 'http://127.0.0.1:8080', mail: 'a@b' });
});

it('says of an error what it was and why, and nothing else of it', () => {
  const { logger, records } = listen();
  const cause = Object.assign(new Error('closed'), { code: 'ECONNRESET' });
  const err = Object.assign(new TypeError('away', { cause }), { connection: { secret: 'hidden' } });
  logger.error({ err }, 'failed');
  expect(records()[0]?.['err']).toEqual({
    name: 'TypeError',
    message: 'away',
    stack: expect.stringContaining('away'),
    cause: { name: 'Error', message: 'closed', code: 'ECONNRESET', stack: expect.anything() },
  });
});

it('says of each address why it could not be reached', () => {
  const { logger, records } = listen();
  const err = new AggregateError([new Error('refused by ::1'), new Error('refused by 127.0.0.1')]);
  logger.error({ err }, 'failed');
  expect(records()[0]?.['err']).toMatchObject({
    name: 'AggregateError',
    errors: [{ message: 'refused by ::1' }, { message: 'refused by 127.0.0.1' }],
  });
});

it("takes Nest's messages", () => {
  const { logger, records } = listen('debug');
  const nest = new NestPinoLogger(logger);
  nest.log('started', 'NestApplication');
  nest.error('failed', 'at x', 'Injector');
  expect(records()).toMatchObject([
    { level: 'debug', context: 'NestApplication', msg: 'started' },
    { level: 'error', context: 'Injector', stack: 'at x', msg: 'failed' },
  ]);
});
