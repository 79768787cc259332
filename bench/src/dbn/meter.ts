import { getHeapStatistics } from 'node:v8';

/**
 * Time, and memory taken from the JavaScript heap (collected since or not; the bytes of typed arrays lie
 * elsewhere), of what is measured, without what is not. It begins paused.
 */
export class Meter {
  #seconds = 0;
  #heapBytes = 0;
  #start: { time: number; heap: number } | undefined;

  /** Up to the last pause. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Up to the last pause. */
  get heapBytes(): number {
    return this.#heapBytes;
  }

  resume(): void {
    this.#start ??= { heap: allocatedBytes(), time: performance.now() };
  }

  pause(): void {
    if (!this.#start) return;
    this.#seconds += (performance.now() - this.#start.time) / 1000;
    this.#heapBytes += allocatedBytes() - this.#start.heap;
    this.#start = undefined;
  }
}

const allocatedBytes = (): number => getHeapStatistics().total_allocated_bytes;
