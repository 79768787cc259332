import type { BusMessage } from '@tapeline/bus';
import { readBatchHeader } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeArrow } from '@tapeline/records';
import { writeBatch, writeQuarantine } from '@tapeline/storage';
import type { Storage } from '@tapeline/storage';

/** Stores the batch or the refused records of a message; @returns its header. */
export async function storeMessage(
  storage: Storage,
  message: Pick<BusMessage, 'data' | 'header'>,
): Promise<BatchHeader> {
  const header = readBatchHeader((name) => message.header(name));
  const { batch, extra } = decodeArrow(message.data);
  if (header.part === 'stored') {
    await writeBatch(storage, header, batch);
  } else {
    await writeQuarantine(storage, header, batch, extra['rule'] ?? [], extra['reason'] ?? []);
  }
  return header;
}
