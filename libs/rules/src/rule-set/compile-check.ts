import { asBool } from '../expressions/comparison.js';
import { Faults } from '../expressions/expression-error.js';
import type { ExpressionScope } from '../expressions/index.js';
import type { ParsedYaml } from '../parse-yaml.js';
import { compileBatchExpression } from './aggregate.js';
import type { BatchExpression } from './aggregate.js';
import type { Condition } from './condition.js';
import { compileReason, splitReason } from './reason.js';
import type { Reason } from './reason.js';
import { atPlace, compileConditionAt, locate } from './rule-scope.js';
import type { Located } from './rule-scope.js';
import type { RuleInfo } from './rule-set.js';
import type { Severity, ValidationFile } from './validation-shape.js';

/** A rule about single records. */
export interface RecordCheck {
  readonly name: string;
  readonly severity: Severity;
  readonly condition: Condition;
  readonly reason: Reason;
}

/** A rule about a batch as a whole. */
export interface BatchCheck {
  readonly name: string;
  readonly severity: Severity;
  readonly condition: BatchExpression;
  readonly reason: readonly (string | BatchExpression)[];
}

/** Compiles a rule of `structure` or `business`. @throws RuleError */
export function compileRecordCheck(
  yaml: ParsedYaml<ValidationFile>,
  stage: 'structure' | 'business',
  index: number,
  scope: ExpressionScope,
): RecordCheck {
  const { name, severity = 'error' } = yaml.value[stage][index]!;
  return {
    name,
    severity,
    condition: compileConditionAt(conditionOf(yaml, stage, index), scope),
    reason: compileReason(splitReason(yaml, [stage, index, 'reason']), scope),
  };
}

/** Compiles a rule of `batch`. @throws RuleError */
export function compileBatchCheck(
  yaml: ParsedYaml<ValidationFile>,
  index: number,
  scope: ExpressionScope,
): BatchCheck {
  const { name, severity = 'error' } = yaml.value.batch[index]!;
  const place = conditionOf(yaml, 'batch', index);
  const condition = compileBatchExpression(place, scope);
  atPlace(place, () => asBool(new Faults(place.text), condition.expression.node, 'a condition'));
  const reason = splitReason(yaml, ['batch', index, 'reason']).map((part) =>
    typeof part === 'string' ? part : compileBatchExpression(part, scope),
  );
  return { name, severity, condition, reason };
}

/** The rule for people. */
export function describeCheck(
  yaml: ParsedYaml<ValidationFile>,
  stage: 'structure' | 'business' | 'batch',
  index: number,
): RuleInfo {
  const { name, severity = 'error', reason, description } = yaml.value[stage][index]!;
  return {
    name,
    stage,
    severity,
    expression: conditionOf(yaml, stage, index).text,
    description: description ?? reason,
    file: yaml.file.path,
    line: yaml.line([stage, index]),
  };
}

function conditionOf(
  yaml: ParsedYaml<ValidationFile>,
  stage: 'structure' | 'business' | 'batch',
  index: number,
): Located {
  const key = yaml.value[stage][index]!.refuse === undefined ? 'when' : 'refuse';
  return locate(yaml, [stage, index, key])!;
}
