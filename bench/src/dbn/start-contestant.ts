import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { RoundFigures } from './contestant.js';
import type { Task, WayName } from './ways.js';

export interface Contestant {
  runRound: () => Promise<RoundFigures>;
  stop: () => Promise<void>;
}

/** Starts a way's own process, so that its memory and its compiled code are nobody else's. */
export function startContestant(way: WayName, task: Task): Contestant {
  const child = fork(new URL('./contestant.js', import.meta.url), [JSON.stringify([way, task])]);
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => {
    throw new Error(`${task.workload} ${way} ended with code ${String(code)}`);
  });
  // Its end is a failure only while a round is awaited.
  failed.catch(() => undefined);
  return {
    runRound: async () => {
      const answer = once(child, 'message');
      child.send('round');
      const [figures] = (await Promise.race([answer, failed])) as [RoundFigures];
      return figures;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
