import type { BusMessage } from '@tapeline/bus';
import { readBatchHeader, ruleOutcomeSchema } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeArrow } from '@tapeline/records';
import { storeReplayed, writeQuarantine } from '@tapeline/storage';
import type { BatchWriter, Storage } from '@tapeline/storage';

/** Stores the batch or the refused records of a message; @returns its header. */
export async function storeMessage(
  storage: Storage,
  batches: BatchWriter,
  message: Pick<BusMessage, 'data' | 'header'>,
): Promise<BatchHeader> {
  const header = readBatchHeader((name) => message.header(name));
  const decoded = decodeArrow(message.data);
  const { batch } = decoded;
  const { rule: rules = [], reason: reasons = [] } = decoded.extra;
  const outcomes = ruleOutcomeSchema.array().parse(decoded.outcomes);
  const isAccepted = header.part === 'stored';
  const { replay } = header;
  if (replay !== undefined) {
    const part = isAccepted
      ? ({ kind: 'accepted', outcomes } as const)
      : ({ kind: 'refused', rules, reasons } as const);
    await storeReplayed(storage, { ...header, replay }, batch, part);
  } else if (isAccepted) {
    await batches.write(header, batch, outcomes);
  } else {
    await writeQuarantine(storage, header, batch, rules, reasons);
  }
  return header;
}
