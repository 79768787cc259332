import { DbnEncodeError } from './dbn-error.js';
import {
  DATASET_BYTES,
  FIXED_BYTES,
  layoutOf,
  NO_SCHEMA,
  PRELUDE_BYTES,
  SYMBOL_WIDTH_OFFSET,
  U64_MAX,
} from './metadata.js';
import type { DbnMetadata } from './metadata.js';
import { stypeCode } from './stypes.js';

/**
 * The metadata as bytes, prelude included, in the layout of `metadata.version`; records follow directly.
 * @throws DbnError not_representable if a symbol, date or number has no room in that version.
 */
export function encodeMetadata(metadata: DbnMetadata): Uint8Array<ArrayBuffer> {
  const { symbolWidth, alignment } = layoutOf(metadata.version);
  const listed = metadata.symbols.length + metadata.partial.length + metadata.notFound.length;
  let body = FIXED_BYTES + 5 * 4 + listed * symbolWidth;
  for (const { intervals } of metadata.mappings) {
    body += symbolWidth + 4 + intervals.length * (8 + symbolWidth);
  }
  body = Math.ceil(body / alignment) * alignment;
  const writer = new MetadataWriter(PRELUDE_BYTES + body, symbolWidth);
  writer.fixed(metadata, body);
  writer.symbols(metadata.symbols);
  writer.symbols(metadata.partial);
  writer.symbols(metadata.notFound);
  writer.u32(metadata.mappings.length);
  for (const { rawSymbol, intervals } of metadata.mappings) {
    writer.symbol(rawSymbol);
    writer.u32(intervals.length);
    for (const { startDate, endDate, symbol } of intervals) {
      writer.date(startDate);
      writer.date(endDate);
      writer.symbol(symbol);
    }
  }
  return writer.bytes;
}

class MetadataWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #width: number;
  /** Past the fixed part and the schema definition's length, which is 0. */
  #position = PRELUDE_BYTES + FIXED_BYTES + 4;

  constructor(size: number, symbolWidth: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.#width = symbolWidth;
  }

  fixed(metadata: DbnMetadata, length: number): void {
    const { version } = metadata;
    const view = this.#view;
    this.#text(0, 'DBN', 4);
    view.setUint8(3, version);
    view.setUint32(4, length, true);
    this.#text(PRELUDE_BYTES, metadata.dataset, DATASET_BYTES + 1);
    view.setUint16(24, metadata.schema ?? NO_SCHEMA, true);
    this.#u64(26, metadata.start, 'start');
    this.#u64(34, metadata.end ?? U64_MAX, 'end');
    this.#u64(42, metadata.limit ?? 0n, 'limit');
    if (version === 1) this.#u64(50, metadata.recordCount ?? U64_MAX, 'recordCount');
    const { stypeIn, symbolWidth } = layoutOf(version);
    view.setUint8(stypeIn, requireStype(metadata.stypeIn));
    view.setUint8(stypeIn + 1, requireStype(metadata.stypeOut));
    view.setUint8(stypeIn + 2, metadata.tsOut ? 1 : 0);
    if (version !== 1) view.setUint16(SYMBOL_WIDTH_OFFSET, symbolWidth, true);
  }

  symbols(symbols: readonly string[]): void {
    this.u32(symbols.length);
    for (const symbol of symbols) this.symbol(symbol);
  }

  symbol(symbol: string): void {
    this.#text(this.#position, symbol, this.#width);
    this.#position += this.#width;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#position, value, true);
    this.#position += 4;
  }

  date(date: string): void {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) {
      throw unfit(`'${date}' is no date; write it as 2024-07-01`);
    }
    this.u32(Number(date.replaceAll('-', '')));
  }

  #u64(offset: number, value: bigint, what: string): void {
    if (value < 0n || value > U64_MAX) throw unfit(`${what} ${value} is outside 0 to 2^64 − 1`);
    this.#view.setBigUint64(offset, value, true);
  }

  /** Writes `text` and leaves the zeros of the buffer as padding; `width` includes the NUL. */
  #text(offset: number, text: string, width: number): void {
    if (text.length >= width) {
      throw unfit(`'${text}' is longer than the ${width - 1} characters there is room for`);
    }
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0 || code > 0xff) throw unfit(`'${text}' holds a character that DBN cannot`);
      this.bytes[offset + i] = code;
    }
  }
}

function requireStype(name: string | null): number {
  const code = stypeCode(name);
  if (code === undefined) throw unfit(`'${name}' is no symbol type; see STYPES`);
  return code;
}

const unfit = (what: string): DbnEncodeError => new DbnEncodeError(`metadata: ${what}`);
