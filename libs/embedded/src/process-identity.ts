import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process started, as an opaque text that differs for every process that ever has this pid
 * on this machine; undefined when no such process runs (a zombie counts as gone).
 */
export function processStart(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? linuxStart(pid) : psField(pid, 'lstart');
  } catch {
    return undefined;
  }
}

/** The command line of a running process, arguments separated by spaces; undefined when it is gone. */
export function processCommand(pid: number): string | undefined {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      : psField(pid, 'command');
  } catch {
    return undefined;
  }
}

function linuxStart(pid: number): string | undefined {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // proc(5): fields follow the command in parentheses; the first is the state, the 20th the start
  // time in clock ticks since boot.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `${bootId} ${fields[19]}`;
}

function psField(pid: number, field: string): string | undefined {
  const output = execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' });
  return output.trim() || undefined;
}
