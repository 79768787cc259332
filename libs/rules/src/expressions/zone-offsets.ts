const SECOND = 1_000_000_000n;

/** A time zone's UTC offsets, found when first needed and kept: rows of a batch ask for few of them. */
export class ZoneOffsets {
  /** Starts of the periods known, seconds since epoch, in order; their ends; offsets in seconds. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #offsets: number[] = [];

  private constructor(readonly zone: string) {}

  static readonly #known = new Map<string, ZoneOffsets>();

  /** @throws RangeError if there is no such IANA time zone. */
  static of(zone: string): ZoneOffsets {
    const known = this.#known.get(zone);
    if (known) return known;
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    const offsets = new ZoneOffsets(zone);
    this.#known.set(zone, offsets);
    return offsets;
  }

  /** The period around a time, seconds since epoch: its start, exclusive end and offset, all in seconds. */
  around(seconds: number): {
    readonly start: number;
    readonly end: number;
    readonly offset: number;
  } {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! > seconds) high = middle;
      else low = middle + 1;
    }
    if (!(this.#starts[low]! <= seconds)) this.#add(low, seconds);
    return { start: this.#starts[low]!, end: this.#ends[low]!, offset: this.#offsets[low]! };
  }

  #add(position: number, seconds: number): void {
    const instant = Temporal.Instant.fromEpochNanoseconds(BigInt(seconds) * SECOND);
    const local = instant.toZonedDateTimeISO(this.zone);
    const next = local.getTimeZoneTransition('next');
    // `previous` is strictly before, so it is asked one second later.
    const previous = local.add({ seconds: 1 }).getTimeZoneTransition('previous');
    this.#starts.splice(position, 0, previous ? toSeconds(previous) : -Infinity);
    this.#ends.splice(position, 0, next ? toSeconds(next) : Infinity);
    this.#offsets.splice(position, 0, local.offsetNanoseconds / 1_000_000_000);
  }
}

const toSeconds = (time: Temporal.ZonedDateTime): number => Number(time.epochNanoseconds / SECOND);
