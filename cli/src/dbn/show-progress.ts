import { setInterval } from 'node:timers';

const FIRST_MS = 1000;
const EVERY_MS = 200;

/**
 * Keeps one line on standard error up to date while long work goes on, if that is a terminal; short work
 * shows nothing. @returns what ends it and clears the line.
 */
export function showProgress(describe: () => string): () => void {
  const out = process.stderr;
  if (!out.isTTY) return () => undefined;
  const started = performance.now();
  let isShown = false;
  const timer = setInterval(() => {
    if (performance.now() - started < FIRST_MS) return;
    isShown = true;
    out.write(`\r\u001B[K${describe()}`);
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    if (isShown) out.write('\r\u001B[K');
  };
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes with three digits and a unit of powers of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${UNITS[unit]}`;
}

export const formatCount = (count: number): string => count.toLocaleString('en-US');
