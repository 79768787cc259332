import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import type { ExpressionError } from './expressions/index.js';
import { RuleError } from './rule-error.js';
import type { RuleFault } from './rule-error.js';
import { scalarPlace } from './scalar-place.js';

/** A file of rules as read from a configuration folder. */
export interface RuleFile {
  readonly path: string;
  readonly text: string;
}

/** A place in the YAML, from the root: `['filter', 0, 'when']`. */
export type YamlPath = readonly PropertyKey[];

/** A rule file whose shape was checked, and the places of its parts. */
export class ParsedYaml<Value> {
  constructor(
    readonly file: RuleFile,
    readonly value: Value,
    readonly document: Document,
    readonly lines: LineCounter,
  ) {}

  /** A fault at the nearest part that there is. */
  fault(path: YamlPath, message: string): RuleFault {
    for (let depth = path.length; depth >= 0; depth--) {
      const range = rangeOf(this.document.getIn(path.slice(0, depth), true));
      if (range) return this.#at(range[0], message);
    }
    return this.#at(0, message);
  }

  error(path: YamlPath, message: string): RuleError {
    return new RuleError([this.fault(path, message)]);
  }

  /** A fault at a key of the map at `path`. */
  keyFault(path: YamlPath, key: string, message: string): RuleFault {
    const map = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    const pairs = isMap(map) ? map.items : [];
    const pair = pairs.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    const range = rangeOf(pair?.key);
    return range ? this.#at(range[0], message) : this.fault(path, message);
  }

  /** The text of an expression; a number as it is written. Null where YAML has null. */
  expression(path: YamlPath): string | null {
    const node = this.document.getIn(path, true);
    if (!isScalar(node) || node.value === null) return null;
    return typeof node.value === 'string'
      ? node.value
      : (node.source ?? JSON.stringify(node.value));
  }

  /** The fault of an expression, `from` characters into the text at `path`. */
  expressionFault(path: YamlPath, error: ExpressionError, from = 0): RuleFault {
    const node = this.document.getIn(path, true);
    if (!isScalar(node) || !node.range) return this.fault(path, error.message);
    return this.#at(scalarPlace(this.file.text, node, from + error.offset), error.message);
  }

  /** The line of a part, from 1. */
  line(path: YamlPath): number {
    return this.fault(path, '').line;
  }

  #at(offset: number, message: string): RuleFault {
    const { line, col } = this.lines.linePos(offset);
    return { path: this.file.path, line, column: col, message };
  }
}

const rangeOf = (node: unknown): readonly [number, number, number] | undefined =>
  (node as { range?: [number, number, number] } | null | undefined)?.range ?? undefined;

/** Parses YAML and checks its shape. @throws RuleError with the places of all faults. */
export function parseYaml<Shape extends z.ZodType>(
  file: RuleFile,
  shape: Shape,
): ParsedYaml<z.infer<Shape>> {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  // A tag that means nothing is a warning to YAML: here it is an expression that begins with '!'.
  const troubles = [...document.errors, ...document.warnings];
  if (troubles.length > 0) {
    throw new RuleError(
      troubles.map(({ pos, message, code }) => {
        const { line, col } = lines.linePos(pos[0]);
        return { path: file.path, line, column: col, message: explain(code, message) };
      }),
    );
  }
  const data: unknown = document.toJS() ?? {};
  const result = shape.safeParse(data, { reportInput: true });
  if (result.success) return new ParsedYaml(file, result.data, document, lines);
  const parsed = new ParsedYaml(file, data, document, lines);
  throw new RuleError(result.error.issues.flatMap((issue) => locate(parsed, issue)));
}

function explain(code: string, message: string): string {
  const text = message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
  return code === 'TAG_RESOLVE_FAILED'
    ? `${text}: put an expression that begins with '!' between quotes`
    : text;
}

function locate(parsed: ParsedYaml<unknown>, issue: z.core.$ZodIssue): RuleFault[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    // The message has a line for each key.
    return issue.keys.map((key, index) =>
      parsed.keyFault(path, key, message.split('\n')[index] ?? message),
    );
  }
  const name = path.at(-1);
  if (issue.input === undefined && typeof name === 'string') {
    return [parsed.fault(path.slice(0, -1), `'${name}' is missing`)];
  }
  const where = path.filter((part) => typeof part === 'string').join('.');
  return [parsed.fault(path, where === '' ? message : `${where}: ${message}`)];
}
