/**
 * A text of the model store, by which a pipeline calibrates or measures.
 */
export interface StoredText {
  /** Name of a folder of the store as `ModelImport` makes it. */
  readonly name: string;
  /** Version of it. @default '1' */
  readonly version?: string;
  /** Path of the text within the version, in UTF-8, e.g. `talks.txt`. */
  readonly file: string;
}

/**
 * Files of the model store: an adapter, or the data of tasks.
 */
export interface StoredFiles {
  /** Name of a folder of the store as `ModelImport` makes it. */
  readonly name: string;
  /** Version of it. @default '1' */
  readonly version?: string;
}
