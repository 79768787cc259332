/** What an earlier response brought of a chunk, whole or cut. */
export interface SpooledPart {
  /** Its number among the responses of the chunk, from 0. */
  readonly part: number;
  /** The bytes as received, from the first. */
  read(): AsyncIterable<Uint8Array>;
}

/** Takes the bytes of one response as they arrive. */
export interface PartWriter {
  readonly part: number;
  /** Resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
  /** Declares that no more will come, be the response whole or cut. */
  end(): Promise<unknown>;
}

/** Where the bytes of a chunk are kept while it is received, also across a crash of the fetcher. */
export interface ChunkSpool {
  /** In the order in which they were asked for. */
  readonly parts: readonly SpooledPart[];
  begin(): Promise<PartWriter>;
  /** Forgets everything received. */
  discard(): Promise<void>;
}
