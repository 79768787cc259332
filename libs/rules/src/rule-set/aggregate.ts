/** `count(side == 'N') * 100 > count() * 5`: expressions over a batch as a whole. */
import { allocateColumn, ColumnarBatch, derivedColumn, SCHEMAS } from '@tapeline/records';
import type {
  ColumnData,
  ColumnDescription,
  DerivedKind,
  RecordDescription,
} from '@tapeline/records';
import { checkExpression } from '../expressions/check-expression.js';
import { Faults } from '../expressions/expression-error.js';
import { EvaluationContext, Expression, ExpressionError } from '../expressions/index.js';
import type { ExpressionScope, Vector } from '../expressions/index.js';
import { parseExpression } from '../expressions/parse-expression.js';
import type { Syntax } from '../expressions/parse-expression.js';
import { aggregateOf, AGGREGATES } from './aggregate-functions.js';
import type { Aggregate } from './aggregate-functions.js';
import { atPlace, compileAt, ruleScope } from './rule-scope.js';
import type { Located } from './rule-scope.js';

/** An expression over a batch: one value. */
export interface BatchExpression {
  readonly expression: Expression;
  /** A vector of one row, valid until the next evaluation. */
  readonly evaluate: (
    batch: ColumnarBatch<RecordDescription>,
    context: EvaluationContext,
  ) => Vector;
}

interface Part {
  readonly column: ColumnDescription;
  readonly aggregate: Aggregate;
}

/**
 * Compiles an expression in which every column stands within an aggregate. Each aggregate becomes a column
 * of a batch of one record, on which the rest of the expression is evaluated.
 * @throws RuleError
 */
export function compileBatchExpression(place: Located, scope: ExpressionScope): BatchExpression {
  const parts: Part[] = [];
  const rest = atPlace(place, () => {
    let text = place.text;
    for (const { name, argument, start, end } of findAggregates(parseExpression(place.text))) {
      const expression = argument && checked(argument, scope, place.text);
      const aggregate = aggregateOf(name, expression, place.text, start);
      const column = derivedColumn(`a${parts.length}`, aggregate.type as DerivedKind, name);
      parts.push({ column, aggregate });
      // Of the same length, so that places in the rest are places in the whole.
      text = text.slice(0, start) + column.name.padEnd(end - start) + text.slice(end);
    }
    return text;
  });
  const schema: RecordDescription = {
    ...SCHEMAS.trades,
    columns: parts.map(({ column }) => column),
  };
  const expression = compileAt({ ...place, text: rest }, { ...ruleScope(schema), lookups: {} });
  const own = new EvaluationContext();
  return {
    expression,
    evaluate: (batch, context) => {
      const columns = parts.map(({ column, aggregate }) =>
        oneValue(column, aggregate.evaluate(batch, context)),
      );
      own.restart();
      return expression.evaluate(new ColumnarBatch(schema, 1, columns), own);
    },
  };
}

function oneValue(column: ColumnDescription, value: bigint | null): ColumnData {
  const data = allocateColumn(column, 1);
  const stored = value ?? column.nullValue!;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = stored;
  else data[0] = Number(stored);
  return data;
}

const checked = (syntax: Syntax, scope: ExpressionScope, text: string): Expression =>
  new Expression(text, checkExpression(syntax, scope, new Faults(text)));

interface Found {
  readonly name: string;
  readonly argument: Syntax | undefined;
  readonly start: number;
  readonly end: number;
}

/** The outermost aggregates, in any order. */
function findAggregates(syntax: Syntax): Found[] {
  if (syntax.op === 'call') {
    const [name, args] = syntax.args;
    if (AGGREGATES.has(name) && (args.length <= 1 || !['min', 'max'].includes(name))) {
      if (args.length > 1) {
        const message = `${name} takes one expression of the records`;
        throw new ExpressionError('wrong_arity', message, '', syntax.start);
      }
      return [{ name, argument: args[0], start: syntax.start, end: syntax.end }];
    }
    return args.flatMap(findAggregates);
  }
  if (syntax.op === 'id') {
    const message = `${syntax.args} is a value of one record: put it into count, sum, min, max or distinct`;
    throw new ExpressionError('unknown_column', message, '', syntax.start);
  }
  return partsOf(syntax).flatMap(findAggregates);
}

function partsOf(syntax: Syntax): readonly Syntax[] {
  switch (syntax.op) {
    case 'value':
    case 'id':
      return [];
    case '!_':
    case '-_':
      return [syntax.args];
    case '.':
      return [syntax.args[0]];
    case 'rcall':
      return [syntax.args[1], ...syntax.args[2]];
    case 'call':
      return syntax.args[1];
    default:
      return (syntax.args as readonly unknown[]).filter(
        (part): part is Syntax => typeof part === 'object' && part !== null && 'op' in part,
      );
  }
}
