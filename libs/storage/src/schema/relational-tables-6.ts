/** What version 6 adds: the kinds of figures in the table statistics, as Databento numbers them (stat_type). Frozen. */
const STAT_TYPES: readonly (readonly [
  id: number,
  name: string,
  value: 'price' | 'quantity' | 'both',
])[] = [
  [1, 'opening price', 'price'],
  [2, 'indicative opening price', 'both'],
  [3, 'settlement price', 'price'],
  [4, 'session low', 'price'],
  [5, 'session high', 'price'],
  [6, 'cleared volume', 'quantity'],
  [7, 'lowest offer', 'price'],
  [8, 'highest bid', 'price'],
  [9, 'open interest', 'quantity'],
  [10, 'fixing price', 'price'],
  [11, 'close price', 'price'],
  [12, 'net change', 'price'],
  [13, 'VWAP', 'both'],
  [14, 'volatility', 'price'],
  [15, 'delta', 'price'],
  [16, 'uncrossing price', 'price'],
  [17, 'upper price limit', 'price'],
  [18, 'lower price limit', 'price'],
  [19, 'block volume', 'quantity'],
  [20, 'indicative close price', 'price'],
  [21, 'market-wide circuit breaker level 1', 'price'],
  [22, 'market-wide circuit breaker level 2', 'price'],
  [23, 'market-wide circuit breaker level 3', 'price'],
  [24, 'auction collar reference price', 'price'],
  [25, 'auction collar upper price', 'price'],
  [26, 'auction collar lower price', 'price'],
  [10_001, 'venue specific volume 1', 'quantity'],
  [10_002, 'venue specific price 1', 'price'],
];

export const RELATIONAL_CHANGES_6 = {
  up: [
    `create table "stat_type" ("id" int not null, "name" text not null, "value" text not null, primary key ("id"))`,
    `insert into "stat_type" values ${STAT_TYPES.map(([id, name, value]) => `(${id}, '${name}', '${value}')`).join(', ')}`,
  ],
  down: [`drop table "stat_type"`],
} as const;
