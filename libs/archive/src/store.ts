/** A file of the store as listed. */
export interface StoredFile {
  /** Its path below the store's root, with slashes. */
  readonly name: string;
  readonly bytes: number;
}

/** A file on this machine that is to be stored. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Where whole chunks are kept. What is put is there whole or not at all. All methods throw ArchiveError.
 */
export interface Store {
  /** A name as people find it: a path, or `s3://bucket/key`. */
  where(name: string): string;
  /** Stores a file that its name stands for: if a file of this name and size is there, it is the same. */
  putFile(name: string, file: LocalFile): Promise<void>;
  /** Replaces what is there. */
  putText(name: string, text: string): Promise<void>;
  getText(name: string): Promise<string | undefined>;
  /** The bytes, read as fast as they are taken. `not_found` if there are none. */
  read(name: string): AsyncIterable<Uint8Array>;
  /** Files whose name begins with the folders of `below`; those of one folder together. */
  list(below?: string): AsyncIterable<StoredFile>;
  /** What is not there is removed already. */
  remove(name: string): Promise<void>;
  close(): void;
}
