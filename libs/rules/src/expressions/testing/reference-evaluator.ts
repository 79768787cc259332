/**
 * The meaning of the language, written a second time: walks the syntax for each record, with BigInt. It
 * shares nothing with the compiled form but the parser. For tests.
 */
import type { Syntax } from '../parse-expression.js';
import type { Value } from '../value-type.js';

const UNIT = 1_000_000_000n;
const INT64 = 2n ** 63n;

/** A record: null where its column is unset. */
export type Row = Readonly<Record<string, Value>>;
/** A value with its type: `i` integer, `p` price or decimal, `t` time, `d` duration, `b` bool, `c` char. */
type Typed = { readonly type: string; readonly value: Value };

const COLUMN_TYPE: Readonly<Record<string, string>> = {
  price: 'p',
  bid_px_00: 'p',
  ask_px_00: 'p',
  ts_event: 't',
  ts_recv: 't',
  size: 'i',
  sequence: 'i',
  depth: 'i',
  ts_in_delta: 'i',
  side: 'c',
};

/** The value of an expression for one record. `previous` is the record before it of its instrument. */
export function evaluateReference(
  syntax: Syntax,
  row: Row,
  previous: Row | undefined,
  text: string,
): Typed {
  const go = (part: Syntax): Typed => evaluateReference(part, row, previous, text);
  switch (syntax.op) {
    case 'id':
      return { type: COLUMN_TYPE[syntax.args]!, value: row[syntax.args]! };
    case 'value': {
      if (typeof syntax.args === 'bigint') return { type: 'i', value: syntax.args };
      if (typeof syntax.args === 'boolean') return { type: 'b', value: syntax.args };
      if (syntax.args === null) return { type: 'null', value: null };
      if (typeof syntax.args === 'string') {
        return { type: 'c', value: BigInt(syntax.args.charCodeAt(0)) };
      }
      const [whole, fraction = ''] = text.slice(syntax.start, syntax.end).split('.');
      return { type: 'p', value: BigInt(whole! + fraction.padEnd(9, '0')) };
    }
    case '-_': {
      const operand = go(syntax.args);
      return {
        ...operand,
        value: limit(operand.value === null ? null : -(operand.value as bigint)),
      };
    }
    case '!_': {
      const { value } = go(syntax.args);
      return { type: 'b', value: value === null ? null : !value };
    }
    case '&&':
    case '||': {
      const decisive = syntax.op === '||';
      const sides = syntax.args.map((part) => go(part).value);
      if (sides.some((value) => value === decisive)) return { type: 'b', value: decisive };
      return { type: 'b', value: sides.some((value) => value === null) ? null : !decisive };
    }
    case '?:': {
      const test = go(syntax.args[0]).value;
      const [then, otherwise] = same(go(syntax.args[1]), go(syntax.args[2]));
      return { type: then.type, value: test === null ? null : (test ? then : otherwise).value };
    }
    case 'in': {
      const element = go(syntax.args[0]);
      const matches = (syntax.args[1].args as Syntax[]).map((item) => {
        const [a, b] = same(element, go(item));
        return a.value === null || b.value === null ? null : a.value === b.value;
      });
      return {
        type: 'b',
        value: matches.some(Boolean)
          ? true
          : matches.every((match) => match === false)
            ? false
            : null,
      };
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(syntax.op, go(syntax.args[0]), go(syntax.args[1]));
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(syntax.op, go(syntax.args[0]), go(syntax.args[1]));
    case 'call': {
      const [name, parts] = syntax.args;
      if (name === 'prev') {
        const now = go(parts[0]!);
        if (!previous) return { ...now, value: null };
        return evaluateReference(parts[0]!, previous, undefined, text);
      }
      return call(name, parts.map(go));
    }
    default:
      throw new Error(`the reference does not know ${syntax.op}`);
  }
}

/** An integer literal beside a price counts whole units. */
function same(a: Typed, b: Typed): [Typed, Typed] {
  const scale = (side: Typed): Typed => ({
    type: 'p',
    value: side.value === null ? null : (side.value as bigint) * UNIT,
  });
  if (a.type === 'p' && b.type === 'i') return [a, scale(b)];
  if (a.type === 'i' && b.type === 'p') return [scale(a), b];
  return [a, b];
}

function limit(value: Value, type = 'p'): Value {
  if (typeof value !== 'bigint') return value;
  if (type === 't') return value >= 0n && value < 2n * INT64 ? value : null;
  return value >= -INT64 && value < INT64 ? value : null;
}

function compare(operator: string, left: Typed, right: Typed): Typed {
  if (right.type === 'null') {
    return { type: 'b', value: (left.value === null) === (operator === '==') };
  }
  const [a, b] = same(left, right);
  if (a.value === null || b.value === null) return { type: 'b', value: null };
  const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  const truth: Readonly<Record<string, boolean>> = {
    '==': order === 0,
    '!=': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  };
  return { type: 'b', value: truth[operator]! };
}

function arithmetic(operator: string, left: Typed, right: Typed): Typed {
  const [a, b] =
    operator === '+' || operator === '-' || operator === '%' ? same(left, right) : [left, right];
  const type = resultType(a.type, b.type);
  if (a.value === null || b.value === null) return { type, value: null };
  const [x, y] = [a.value as bigint, b.value as bigint];
  const scaled = a.type === 'p' && b.type === 'p';
  const result: Readonly<Record<string, () => bigint | null>> = {
    '+': () => x + y,
    '-': () => x - y,
    '*': () => (scaled ? (x * y) / UNIT : x * y),
    '/': () => (y === 0n ? null : scaled ? (x * UNIT) / y : x / y),
    '%': () => (y === 0n ? null : x % y),
  };
  return { type, value: limit(result[operator]!(), type) };
}

function resultType(a: string, b: string): string {
  if (a === 't' && b === 't') return 'd';
  if (a === 't' || b === 't') return 't';
  if (a === 'd' || b === 'd') return 'd';
  return a === 'p' || b === 'p' ? 'p' : 'i';
}

function call(name: string, args: readonly Typed[]): Typed {
  const [first, second] = args as [Typed, Typed];
  if (name === 'is_null') return { type: 'b', value: first.value === null };
  if (name === 'nanoseconds') return { type: 'd', value: first.value };
  if (name === 'abs') {
    const value = first.value as bigint | null;
    return { ...first, value: limit(value !== null && value < 0n ? -value : value) };
  }
  const [a, b] = same(first, second);
  if (name === 'coalesce') return { type: a.type, value: a.value ?? b.value };
  if (name === 'is_multiple') {
    const rest = arithmetic('%', a, b).value;
    return { type: 'b', value: rest === null ? null : rest === 0n };
  }
  if (a.value === null || b.value === null) return { type: a.type, value: null };
  const isFirst = name === 'min' ? a.value < b.value : a.value > b.value;
  return isFirst ? a : b;
}
