/** How records become text. The defaults print every value as the integer it is, sentinels included. */
export interface TextOptions {
  /** Prices as decimals with nine digits; unset ones as null or an empty cell. */
  readonly prettyPx?: boolean;
  /** Times as ISO 8601 with nine digits; unset ones, and zero, as null or an empty cell. */
  readonly prettyTs?: boolean;
  /** Adds a last field `symbol`: that of a row of the batch, or null where none is known. */
  readonly symbolOf?: (row: number) => string | null;
}
