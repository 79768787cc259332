import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when something has come about that nobody tells of. */
export async function until(hasComeAbout: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await hasComeAbout())) await delay(20);
}
