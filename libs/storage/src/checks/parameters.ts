/** The parameters of one statement, numbered in the order in which they are added. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds a value, and gives the text that stands for it. */
  add(value: unknown, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }
}
