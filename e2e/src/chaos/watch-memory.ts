import { readFileSync } from 'node:fs';
import type { Stack } from '@tapeline/embedded';

const SAMPLE_MS = 50;

export interface MemoryWatch extends Disposable {
  /** Most resident memory of each service so far, MiB. */
  readonly peakMiB: Readonly<Record<string, number>>;
}

/** Samples the resident memory of every service. Linux only; elsewhere all is 0. */
export function watchMemory({ services }: Stack): MemoryWatch {
  const peakMiB: Record<string, number> = {};
  const sample = (): void => {
    for (const [name, service] of services) {
      peakMiB[name] = Math.max(peakMiB[name] ?? 0, residentMiB(service.pid));
    }
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return { peakMiB, [Symbol.dispose]: () => clearInterval(timer) };
}

function residentMiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
