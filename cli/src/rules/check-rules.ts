import { SCHEMA_NAMES } from '@tapeline/records';
import { compileRuleSet, RuleError } from '@tapeline/rules';
import type { RuleFault, RuleFiles, RuleSet } from '@tapeline/rules';

/** Compiled rules, or all that is wrong with them. */
export type CheckedRules =
  | { readonly ruleSet: RuleSet }
  | {
      /** In order of file and place. */
      readonly faults: readonly RuleFault[];
      /** What concerns no single place, such as schemas without rules. */
      readonly general: readonly string[];
    };

/** Compiles rules and collects the faults of all files. */
export function checkRules(files: RuleFiles): CheckedRules {
  try {
    return { ruleSet: compileRuleSet(files) };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    if (error.faults.length === 0) return { faults: [], general: [error.message] };
    const hidden = validationFaults(files).filter((fault) => !isKnown(error.faults, fault));
    const faults = [...error.faults, ...hidden].toSorted(
      (a, b) => compareText(a.path, b.path) || a.line - b.line || a.column - b.column,
    );
    return { faults, general: [] };
  }
}

/**
 * Faults of the validation by itself: it is not compiled for a schema whose transform has faults. Columns that the
 * transform may add are unknown here, and no faults.
 */
function validationFaults(files: RuleFiles): readonly RuleFault[] {
  const text = `schemas: [${SCHEMA_NAMES.join(', ')}]`;
  try {
    compileRuleSet({ ...files, rules: [{ path: 'rules', text }] });
    return [];
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return error.faults.filter(
      ({ path, message }) =>
        files.validation.some((file) => file.path === path) && !isAdded(files, message),
    );
  }
}

/** Whether the message is of a column that is named somewhere in the transform. */
function isAdded(files: RuleFiles, message: string): boolean {
  const [, column] = /unknown column '(\w+)'/.exec(message) ?? [];
  return (
    column !== undefined && files.rules.some(({ text }) => new RegExp(`\\b${column}\\b`).test(text))
  );
}

const isKnown = (faults: readonly RuleFault[], { path, line, column }: RuleFault): boolean =>
  faults.some((known) => known.path === path && known.line === line && known.column === column);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
