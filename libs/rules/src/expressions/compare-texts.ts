/** Tests of fixed-width text; what follows a value in its width is NUL. */
import { markUnknown } from './compare-numbers.js';
import type { EvaluationContext } from './evaluation-context.js';
import { FALSE, TRUE } from './vector.js';
import type { BoolVector, TextVector } from './vector.js';

/** Compares two texts row by row for equality. */
export function equalTexts(
  context: EvaluationContext,
  a: TextVector,
  b: TextVector,
  whenEqual: number,
): BoolVector {
  const width = Math.max(a.width, b.width);
  return testRows(context, a, b, (row) => {
    for (let at = 0; at < width; at++) {
      const left = at < a.width ? a.bytes[row * a.width + at] : 0;
      const right = at < b.width ? b.bytes[row * b.width + at] : 0;
      if (left !== right) return TRUE - whenEqual;
    }
    return whenEqual;
  });
}

/** Whether the text begins with, ends with or contains a part. */
export function findText(
  context: EvaluationContext,
  text: TextVector,
  part: Uint8Array,
  where: 'start' | 'end' | 'anywhere',
): BoolVector {
  return testRows(context, text, text, (row) => {
    const start = row * text.width;
    const last = textLength(text, row) - part.length;
    if (last < 0) return FALSE;
    const first = where === 'end' ? last : 0;
    const end = where === 'start' ? 0 : last;
    for (let at = first; at <= end; at++) {
      let same = 0;
      while (same < part.length && text.bytes[start + at + same] === part[same]) same++;
      if (same === part.length) return TRUE;
    }
    return FALSE;
  });
}

/** Bytes of a row's text before its padding. */
export function textLength({ bytes, width }: TextVector, row: number): number {
  let length = 0;
  while (length < width && bytes[row * width + length] !== 0) length++;
  return length;
}

function testRows(
  context: EvaluationContext,
  a: TextVector,
  b: TextVector,
  test: (row: number) => number,
): BoolVector {
  const codes = context.scratch.bytes();
  const { length } = context;
  for (let row = 0; row < length; row++) codes[row] = test(row);
  markUnknown(codes, a.nulls, length);
  return { kind: 'bool', codes: markUnknown(codes, b.nulls, length) };
}
