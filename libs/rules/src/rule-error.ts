/** Something wrong in the rules, and where. */
export interface RuleFault {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Faults in rule files; the message has a line for each, which begins with `path:line:column`. */
export class RuleError extends Error {
  readonly code = 'invalid_rules';
  override readonly name = 'RuleError';
  readonly faults: readonly RuleFault[];

  /** @param faults several with their places, or what is wrong with the files as a whole. */
  constructor(faults: readonly RuleFault[] | string) {
    super(typeof faults === 'string' ? faults : faults.map(formatFault).join('\n'));
    this.faults = typeof faults === 'string' ? [] : faults;
  }
}

const formatFault = ({ path, line, column, message }: RuleFault): string =>
  `${path}:${line}:${column}: ${message}`;

/** Collects faults, so that all of them are told at once. */
export class FaultList {
  readonly faults: RuleFault[] = [];

  /** What `run` returns, or undefined if it found faults. Of several at one place the first is kept. */
  attempt<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      for (const fault of error.faults) this.add(fault);
      return undefined;
    }
  }

  add(fault: RuleFault): void {
    const isKnown = this.faults.some(
      ({ path, line, column }) =>
        path === fault.path && line === fault.line && column === fault.column,
    );
    if (!isKnown) this.faults.push(fault);
  }
}
