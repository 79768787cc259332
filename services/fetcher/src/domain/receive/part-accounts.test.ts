import { expect, it } from '@jest/globals';
import { ALL, broken, MemorySpool, receiver, TIMES, wholeLength } from './receive-fixture.js';
import type { Cut } from './receive-fixture.js';

it('accounts for cuts and a death as if one attempt had received it all', async () => {
  for (let length = 250; length < wholeLength; length += 29) {
    for (const most of [1, 10, 20, 25]) {
      const spool = new MemorySpool();
      const cut: Cut = (bytes) => ({ bytes: bytes.subarray(0, length), error: broken() });
      const dying = receiver({ spool, cut });
      await dying.receive(most).catch(() => undefined);
      const last = receiver({ spool: spool.reopen() });
      expect((await last.receive()).equals(ALL)).toBe(true);
      // What the archive is told.
      const own = last.reports.reduce((sum, part) => sum + part.records - part.repeated, 0);
      expect([length, most, own]).toEqual([length, most, TIMES.length]);
      // What was paid: the first account of a response stands.
      const accounts = new Map(
        [...last.reports, ...dying.reports].map((part) => [part.part, part]),
      );
      for (const { part, ...account } of last.reports) {
        expect(accounts.get(part)).toEqual({ part, ...account });
      }
      // The archive's copy is all there is.
      const again = receiver({ spool: spool.reopen(), expected: own });
      expect((await again.receive()).equals(ALL)).toBe(true);
      expect(again.asked).toEqual([]);
    }
  }
});
