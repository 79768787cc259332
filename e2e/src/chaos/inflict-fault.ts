import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess, Stack } from '@tapeline/embedded';
import { findLeader } from './find-leader.js';
import { isLeader } from './plan-faults.js';
import type { Fault, Victim } from './plan-faults.js';
import type { Ways } from './ways.js';

type Process = Pick<ManagedProcess, 'status' | 'kill' | 'pid'>;

/** A fault that has been done. */
export interface Inflicted {
  /** The process or way that it struck. */
  readonly struck: string;
  /** Resolves when it is over: it does not hold up the next one. */
  readonly ended: Promise<void>;
}

const POLL_MS = 10;

/** Does it, as soon as the victim is there: it may not have come back from the fault before. */
export async function inflictFault(
  { stack, ways }: { readonly stack: Stack; readonly ways: Ways },
  fault: Fault,
  signal: AbortSignal,
): Promise<Inflicted> {
  switch (fault.kind) {
    case 'cut':
      ways.cut(fault.target);
      return { struck: fault.target, ended: Promise.resolve() };
    case 'slow':
      ways.slow(fault.target, fault.by);
      return {
        struck: fault.target,
        ended: delay(fault.ms).then(() => ways.slow(fault.target, 0)),
      };
    case 'kill':
    case 'restart':
    case 'freeze': {
      const victim = await processOf(stack, fault.target, signal);
      while (victim.pid === undefined) await delay(POLL_MS, undefined, { signal });
      const struck = victim.status().name;
      if (fault.kind === 'freeze') return { struck, ended: freeze(victim.pid, fault.ms) };
      // PostgreSQL waits for its clients to leave unless it is told to end now.
      const end = fault.target === 'postgres' ? 'SIGINT' : 'SIGTERM';
      // A frozen process ends in good order only when it goes on.
      const ended = victim.kill(fault.kind === 'kill' ? 'SIGKILL' : end);
      return { struck, ended };
    }
  }
}

async function processOf(stack: Stack, victim: Victim, signal: AbortSignal): Promise<Process> {
  if (isLeader(victim)) return findLeader(stack.nats, victim, signal);
  if (victim === 'nats-server') return stack.nats[0]!;
  return victim === 'postgres' ? stack.postgres : stack.services.get(victim)!;
}

async function freeze(pid: number, ms: number): Promise<void> {
  send(pid, 'SIGSTOP');
  // PostgreSQL's sessions are processes of their own. No more come once their parent stands still.
  const children = childrenOf(pid);
  for (const child of children) send(child, 'SIGSTOP');
  await delay(ms);
  for (const member of [...children, pid]) send(member, 'SIGCONT');
}

/** Linux tells; elsewhere the parent alone is frozen. */
function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** A process that has ended meanwhile needs nothing. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
