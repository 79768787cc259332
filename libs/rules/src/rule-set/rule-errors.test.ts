/** Wrong rule files: every fault has its place. */
import { expect, it } from '@jest/globals';
import { RuleError } from '../rule-error.js';
import { filesOf } from '../testing/rule-files.js';
import { compileRuleSet } from './compile-rule-set.js';

const faultOf = (rules: string, validation = ''): string => {
  try {
    compileRuleSet(filesOf('trades', rules, validation));
  } catch (error) {
    if (error instanceof RuleError) return error.message;
    throw error;
  }
  return 'no fault';
};

it.each([
  ['filter: [{ name: a, when: sise == 2 }]', "2:27: unknown column 'sise': did you mean 'si"],
  ['filter: [{ name: a, when: size }]', '2:27: a condition takes a bool, and this is a int'],
  [
    'filter: [{ name: A, when: size == 1 }]',
    '2:18: filter.name: "A" is no name: lower-case letters, digits and _',
  ],
  ['filter: [{ name: a }]', "2:10: 'when' is missing"],
  [
    'filter: [{ name: a, wen: size == 1, when: true }]',
    "2:21: unknown key 'wen': did you mean 'when'?",
  ],
  ['filters: []', "2:1: unknown key 'filters': did you mean 'filter'?"],
  ['filter: {}', '2:9: filter: Invalid input: expected array, received object'],
  ['filter: [', '2:10: Flow sequence in block collection must be sufficiently indented'],
  ['filter:\n  - name: a\n    when: !is_null(price)', '4:11: '],
  [
    'filter:\n - name: a\n   when: >-\n     size > 1\n     && sise > 2',
    "6:9: unknown column 'sise'",
  ],
  [
    'filter:\n - name: a\n   when: |\n     size > 1\n\n       && sise > 2',
    "7:11: unknown column 'sise'",
  ],
  ['filter:\n - name: a\n   when: size > 1 &&\n     sise > 2', "5:6: unknown column 'sise'"],
  [
    "filter: [{ name: a, when: 'side == ''X'' ' }]",
    "2:36: side is never 'X', but one of 'A', 'B', 'N'",
  ],
  ['filter: [{ name: a, when: "\\x73ide == \\"A\\" && sise > 1" }]', "2:48: unknown column 'sise'"],
  [
    'filter: [{ name: a, when: true }, { name: a, when: true }]',
    '2:43: another filter has the name a',
  ],
  [
    'set: [{ column: ts_recv, to: 0 }]',
    '2:17: ts_recv says which record this is and cannot be set',
  ],
  ['set: [{ column: sequence, to: null }]', '2:31: column sequence has no null'],
  ['set: [{ column: price, to: size }]', '2:28: column price holds price, and this is a int'],
  ['set: [{ column: prise, to: 1 }]', "2:17: unknown column 'prise': did you mean 'price'?"],
  ['set: [{ column: price }]', "2:7: 'to' is missing"],
  [
    'set: [{ column: price, to: [1] }]',
    '2:28: set.to: an expression or null is expected, as one text',
  ],
  ['derive: [{ column: size, as: 1 }]', '2:20: trades has a column size already'],
  ['derive: [{ column: Mid, as: 1 }]', "2:20: 'Mid' is no name of a column"],
  ['derive: [{ column: ts_recv_ns, as: 1 }]', '2:20: trades has a column ts_recv_ns already'],
  ['derive: [{ column: a, as: b }, { column: b, as: 1 }]', "2:27: unknown column 'b'"],
  [
    'derive: [{ column: a, as: 1 }, { column: a, as: 2 }]',
    '2:42: another rule makes a column a already',
  ],
  ['map: [{ column: a, cases: [] }]', '2:27: map.cases: Too small'],
  ['map: [{ column: a, cases: [{ when: 1, to: 1 }] }]', '2:36: a condition takes a bool'],
  ['map: [{ column: a, cases: [{ when: true, to: null }] }]', '2:7: column a is nothing but null'],
  [
    'map: [{ column: a, cases: [{ when: true, to: size }], otherwise: "\'x\'" }]',
    '2:67: the values differ',
  ],
  ['rename: [{ column: pricee, to: p }]', "2:20: unknown column 'pricee': did you mean 'price'?"],
  ['rename: [{ column: price, to: size }]', '2:31: trades has a column size already'],
  ['drop: [ts_in_delta]', '2:8: column ts_in_delta cannot be dropped: it has no null'],
  ['drop: [flag]', "2:8: unknown column 'flag': did you mean 'flags'?"],
])('rules: %s', (text, fault) => {
  const message = faultOf(text);
  expect(message.startsWith(`rules.yaml:${fault}`) ? fault : message).toBe(fault);
});

it.each([
  ['max_refused: 5', '2:14: max_refused: a share is expected, such as 5%'],
  ['max_refused: 500%', '2:14: max_refused: a share is at most 100%'],
  ['rules: []', "2:1: unknown key 'rules'"],
  [
    'structure: [{ name: a, refuse: true, when: true, reason: x }]',
    "2:13: structure: a rule has either 'refuse' or 'when'",
  ],
  ['structure: [{ name: a, reason: x }]', "2:13: structure: a rule has either 'refuse' or 'when'"],
  [
    'structure: [{ name: a, refuse: true, severity: warn, reason: x }]',
    '2:13: structure: what is refused is of severity error',
  ],
  [
    'structure: [{ name: a, when: true, severity: wran, reason: x }]',
    "2:46: structure.severity: unknown severity 'wran': did you mean 'warn'?",
  ],
  ['structure: [{ name: a, refuse: true }]', "2:13: 'reason' is missing"],
  [
    "structure: [{ name: a, refuse: true, reason: 'price {prise}' }]",
    "2:54: unknown column 'prise'",
  ],
  ['structure: [{ name: a, refuse: price > size, reason: x }]', '2:32: price compared with int'],
  [
    'business: [{ name: a, refuse: true, reason: x }, { name: a, refuse: true, reason: x }]',
    '2:58: another rule has the name a',
  ],
  ['batch: [{ name: a, when: count(sise > 1) > 2, reason: x }]', "2:32: unknown column 'sise'"],
  [
    'batch: [{ name: a, when: count() > size, reason: x }]',
    '2:36: size is a value of one record: put it into count, sum',
  ],
  [
    'batch: [{ name: a, when: sum() > 1, reason: x }]',
    '2:26: sum takes an expression of the records',
  ],
  [
    'batch: [{ name: a, when: sum(side) > 1, reason: x }]',
    '2:26: sum takes price, decimal, duration, int, and this is a char',
  ],
  [
    'batch: [{ name: a, when: count(), reason: x }]',
    '2:26: a condition takes a bool, and this is a int',
  ],
  ['chunk: [{ check: monotone }]', '2:'],
  [
    'chunk: [{ check: settlement_agrees }]',
    '2:18: settlement_agrees has nothing to look at in trades',
  ],
  ['batch: [{ name: a, when: count() > sum(price), reason: x }]', '2:26: int compared with price'],
])('validation: %s', (text, fault) => {
  const message = faultOf('', text);
  expect(message.startsWith(`validation.yaml:${fault}`) ? fault : message).toBe(fault);
});

it('tells all faults of all files at once', () => {
  const message = faultOf(
    'filter: [{ name: a, when: sise > 1 }, { name: b, when: prise > 1 }]',
    'unknown: 1\nmax_refused: 5',
  );
  expect(message.split('\n').map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
    'validation.yaml:3:14',
    'validation.yaml:2:1',
    'rules.yaml:2:27',
    'rules.yaml:2:56',
  ]);
});

it('tells a fault once for all schemas of a file', () => {
  const files = filesOf('trades', '');
  const text = `${files.rules[0]!.text}\nfilter: [{ name: a, when: nothing > 1 }]`;
  const compile = () =>
    compileRuleSet({ ...files, rules: [{ path: 'others.yaml', text }, files.rules[1]!] });
  expect(compile).toThrow(/^others\.yaml:2:27: unknown column 'nothing'[^\n]*$/);
});

it.each([
  ['no validation rules for trades', 'schemas: [tbbo]'],
  ["unknown schema 'trade': did you mean 'trades'?", 'schemas: [trade]'],
  ['rules for mbo stand in others.yaml already', 'schemas: [trades, mbo]'],
  ["'schemas' is missing", 'business: []'],
  ["'schemas' is missing", ''],
])('needs each schema in one file: %s', (message, text) => {
  const files = filesOf('trades', '');
  const others = {
    ...files.validation[0]!,
    text: files.validation[0]!.text.replace('tbbo, ', text === 'schemas: [tbbo]' ? '' : 'tbbo, '),
  };
  const validation = [others, { path: 'trades.yaml', text }];
  expect(() => compileRuleSet({ ...files, validation })).toThrow(message);
});
