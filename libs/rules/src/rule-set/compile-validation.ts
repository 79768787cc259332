import type { ColumnarBatch, SchemaDescription } from '@tapeline/records';
import { appliesTo } from '../chunk-checks.js';
import { EvaluationContext } from '../expressions/index.js';
import type { Surroundings } from '../expressions/index.js';
import type { ParsedYaml } from '../parse-yaml.js';
import type { FaultList } from '../rule-error.js';
import { applyBatchChecks, applyFlags, applyRefusals } from './apply-checks.js';
import type { Ordered } from './apply-checks.js';
import { compileBatchCheck, compileRecordCheck, describeCheck } from './compile-check.js';
import type { BatchCheck, RecordCheck } from './compile-check.js';
import { conformBatch } from './conform-batch.js';
import { LookupList, ruleScope } from './rule-scope.js';
import type { AskedColumns } from './rule-scope.js';
import type { RuleInfo, ValidationResult } from './rule-set.js';
import type { ValidationFile } from './validation-shape.js';
import { Verdict } from './verdict.js';

export interface CompiledValidation {
  readonly rules: readonly RuleInfo[];
  readonly asks: AskedColumns;
  readonly validate: (batch: ColumnarBatch, surroundings?: Surroundings) => ValidationResult;
}

/** Compiles the validation of one schema. Faults are added to the list; the result is then of no use. */
export function compileValidation(
  schema: SchemaDescription,
  yaml: ParsedYaml<ValidationFile>,
  faults: FaultList,
): CompiledValidation {
  const lookups = new LookupList();
  const scope = ruleScope(schema, lookups);
  const rules: RuleInfo[] = [];
  const collect = <Check>(
    stage: 'structure' | 'business' | 'batch',
    compile: (index: number) => Check,
  ): Ordered<Check>[] =>
    yaml.value[stage].flatMap(({ name }, index) => {
      const check = faults.attempt(() => {
        if (rules.some((rule) => rule.name === name)) {
          throw yaml.error([stage, index, 'name'], `another rule has the name ${name}`);
        }
        return compile(index);
      });
      rules.push(describeCheck(yaml, stage, index));
      return check === undefined ? [] : [{ check, order: rules.length }];
    });
  const structure = collect<RecordCheck>('structure', (index) =>
    compileRecordCheck(yaml, 'structure', index, scope),
  );
  const business = collect<RecordCheck>('business', (index) =>
    compileRecordCheck(yaml, 'business', index, scope),
  );
  const ofBatch = collect<BatchCheck>('batch', (index) => compileBatchCheck(yaml, index, scope));
  yaml.value.chunk.forEach(({ check }, index) => {
    rules.push(describeChunkCheck(yaml, index));
    if (appliesTo(check, schema.name)) return;
    const message = `${check} has nothing to look at in ${schema.name}`;
    faults.add(yaml.fault(['chunk', index, 'check'], message));
  });
  const context = new EvaluationContext();

  const validate = (batch: ColumnarBatch, surroundings: Surroundings = {}): ValidationResult => {
    const verdict = new Verdict(batch);
    if (batch.length === 0) return verdict.result();
    const view = conformBatch(batch, schema);
    context.restart(surroundings);
    applyRefusals(structure, view, undefined, verdict, context);
    const isWhole = verdict.refused === 0;
    // What stage 1 refused is no previous record of stage 2.
    const rows = isWhole ? undefined : verdict.accepted();
    const sound = rows ? view.take(rows) : view;
    if (!isWhole) context.restart();
    applyRefusals(business, sound, rows, verdict, context);
    applyBatchChecks(ofBatch, view, verdict, context);
    context.restart();
    applyFlags(business, sound, rows, verdict, context);
    if (!isWhole) context.restart();
    applyFlags(structure, view, undefined, verdict, context);
    return verdict.result();
  };
  return { rules, asks: lookups.columns, validate };
}

/** A check of whole chunks, for people: its parameters as they are written. */
function describeChunkCheck(yaml: ParsedYaml<ValidationFile>, index: number): RuleInfo {
  const { check, severity } = yaml.value.chunk[index]!;
  const written = yaml.document.toJS() as { chunk: Record<string, unknown>[] };
  const parameters = Object.entries(written.chunk[index]!).filter(
    ([key]) => key !== 'check' && key !== 'severity',
  );
  return {
    name: check,
    stage: 'chunk',
    severity,
    expression: parameters.map(([key, value]) => `${key}: ${String(value)}`).join(', '),
    description: '',
    file: yaml.file.path,
    line: yaml.line(['chunk', index]),
  };
}
