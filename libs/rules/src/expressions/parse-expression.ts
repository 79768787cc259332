import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionError } from './expression-error.js';

/** A part of an expression as parsed, with its place in the text. */
export type Syntax = ASTNode;

// Whoever walks the tree goes as deep as it is: far from what overflows the stack.
const parser = new Environment({ limits: { maxAstNodes: 2000, maxDepth: 100 } });

/** Parses text in CEL syntax; only the library's parser is used. @throws ExpressionError */
export function parseExpression(text: string): Syntax {
  try {
    return parser.parse(text).ast;
  } catch (error) {
    const { range, summary } = error as { range?: { start: number }; summary?: string };
    const offset = Math.min(range?.start ?? 0, text.length);
    const message = explain(summary ?? 'not an expression', text.slice(offset));
    throw new ExpressionError('syntax', message, text, offset, undefined, { cause: error });
  }
}

const BRACKETS: Readonly<Record<string, string>> = {
  RPAREN: ')',
  RBRACKET: ']',
  RBRACE: '}',
  COLON: ':',
};
const INSTEAD: Readonly<Record<string, string>> = {
  '=': ': == compares',
  '&': ': && joins conditions',
  '|': ': || joins conditions',
};

/** The parser's message in words. @param rest the text from where it stopped. */
function explain(summary: string, rest: string): string {
  if (summary.startsWith('Unexpected character')) {
    const [found = ''] = /^(?:[\w.]+|.)/su.exec(rest) ?? [];
    return `'${found}' is not expected here${INSTEAD[found] ?? ''}`;
  }
  return summary
    .replace('Unexpected token: EOF', 'the expression ends too early')
    .replace(
      /^Expected (R\w+|COLON)/,
      (_, token: string) => `a ${BRACKETS[token] ?? token} is expected`,
    )
    .replace(/, got EOF$/, ', but the expression ends');
}
