import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import type { EvaluationContext } from './evaluation-context.js';
import type { Node } from './node.js';
import type { ValueType } from './value-type.js';
import type { Vector } from './vector.js';

/** A checked, compiled expression. */
export class Expression {
  constructor(
    readonly text: string,
    /** What a further expression takes that refers to this one. */
    readonly node: Node,
  ) {}

  get type(): ValueType {
    return this.node.type;
  }

  /** Names of the columns that it reads. */
  get columns(): readonly string[] {
    return this.node.columns;
  }

  /**
   * The value of every record of a batch of the schema that it was compiled for. Never throws on data.
   * The vector is valid until the context evaluates the next expression.
   */
  evaluate(batch: ColumnarBatch<RecordDescription>, context: EvaluationContext): Vector {
    context.enter(batch);
    return this.node.evaluate(context);
  }
}
