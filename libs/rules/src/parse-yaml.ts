import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** A file of rules as read from a configuration folder. */
export interface RuleFile {
  readonly path: string;
  readonly text: string;
}

/** A fault in a rule file; the message begins with `path:line:column`. */
export class RuleError extends Error {
  readonly code = 'invalid_rules';
  override readonly name = 'RuleError';
}

export interface ParsedYaml<Value> {
  readonly value: Value;
  /** A fault at a place in the file: `at(['rules', 0])`. */
  readonly fault: (path: readonly PropertyKey[], message: string) => RuleError;
}

/** Parses YAML and checks its shape. Integers stay exact. @throws RuleError with the place of the fault. */
export function parseYaml<Shape extends z.ZodType>(
  file: RuleFile,
  shape: Shape,
): ParsedYaml<z.infer<Shape>> {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const at = (offset: number, message: string): RuleError => {
    const { line, col } = lines.linePos(offset);
    return new RuleError(`${file.path}:${line}:${col}: ${message}`);
  };
  const [syntax] = document.errors;
  if (syntax) throw at(syntax.pos[0], syntax.message.split('\n')[0] ?? 'not YAML');

  const fault = (path: readonly PropertyKey[], message: string): RuleError => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      const range = (node as { range?: [number, number, number] } | undefined)?.range;
      if (range) return at(range[0], message);
    }
    return at(0, message);
  };
  const result = shape.safeParse(document.toJS());
  if (result.success) return { value: result.data, fault };
  const [issue] = result.error.issues;
  const message = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
  throw fault(issue?.path ?? [], message);
}
