/** Runs tasks with at most `size` of them under way: the source waits while the bus is busy. */
export class PublishWindow {
  private readonly pending = new Set<Promise<void>>();
  private failure: { error: unknown } | undefined;

  constructor(private readonly size: number) {}

  /** Starts a task, once there is room. @throws what an earlier task threw. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.pending.size >= this.size) await Promise.race(this.pending);
    this.rethrow();
    const running = task()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.pending.delete(running));
    this.pending.add(running);
  }

  /** Waits until all tasks have ended. @throws what the first failed one threw. */
  async drain(): Promise<void> {
    await Promise.all(this.pending);
    this.rethrow();
  }

  private rethrow(): void {
    if (this.failure) throw this.failure.error;
  }
}
