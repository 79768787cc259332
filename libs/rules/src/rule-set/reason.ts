import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import type { EvaluationContext, Expression, ExpressionScope } from '../expressions/index.js';
import type { ParsedYaml, YamlPath } from '../parse-yaml.js';
import { compileAt } from './rule-scope.js';
import type { Located } from './rule-scope.js';
import { showValue } from './show-value.js';

/** The reasons of the records at some rows. */
export type Reason = (
  batch: ColumnarBatch<RecordDescription>,
  context: EvaluationContext,
  rows: ArrayLike<number>,
) => string[];

/** A text whose `{expression}` parts, at odd places, are located. */
export function splitReason(yaml: ParsedYaml<unknown>, path: YamlPath): (string | Located)[] {
  const text = yaml.expression(path)!;
  const parts: (string | Located)[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{([^{}]+)\}/g)) {
    parts.push(text.slice(from, match.index));
    parts.push({ text: match[1]!, yaml, path, from: match.index + 1 });
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

/** Compiles a reason, in which `{column}` or any other expression stands for its value. @throws RuleError */
export function compileReason(
  parts: readonly (string | Located)[],
  scope: ExpressionScope,
): Reason {
  return fillReason(
    parts.map((part) => (typeof part === 'string' ? part : compileAt(part, scope))),
  );
}

/** The reason made of texts and values. */
export const fillReason =
  (parts: readonly (string | Expression)[]): Reason =>
  (batch, context, rows) => {
    const texts = Array.from(rows, () => '');
    for (const part of parts) {
      if (typeof part === 'string') {
        texts.forEach((text, index) => (texts[index] = text + part));
        continue;
      }
      const vector = part.evaluate(batch, context);
      texts.forEach((text, index) => {
        texts[index] = text + showValue(part.type, vector, rows[index]!);
      });
    }
    return texts;
  };
