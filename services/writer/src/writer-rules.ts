/** What the writer goes by of the rules: they are applied elsewhere. */
export class WriterRules {
  constructor(
    /** Most of a chunk's records that may be refused, 0 to 1, by schema. */
    readonly maxRefused: ReadonlyMap<string, number>,
  ) {}
}
