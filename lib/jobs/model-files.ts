import { SecretReference } from '../core/secret-reference';

/**
 * A file to download.
 */
export interface ModelFile {
  /**
   * Where it is downloaded from: `https`, or `http` when `sha256` is given. It must not hold a secret: it is kept in the state and the
   * cluster.
   */
  readonly url: string;
  /** Path within the version's folder. @default - the last part of the URL's path */
  readonly path?: string;
  /** Expected SHA-256, 64 hexadecimal digits. @default - that of the first download */
  readonly sha256?: string;
}

/**
 * Which files of a folder or a repository are imported. In patterns, `*` is any text, `/` included, `?` one character, and a folder with a
 * `/` at its end is all that is in it.
 */
export interface ModelFiles {
  /** Patterns of the files that are taken. @default - all */
  readonly allow?: string[];
  /**
   * Patterns of files that are left out, e.g. `['*.gguf']`; `[]` leaves out none.
   *
   * @default - none where `allow` is given; otherwise what holds the same weights again: `original/` and `metal/`, and beside safetensors
   * also Mistral's `consolidated*` and the files of PyTorch, GGUF, ONNX and other engines
   */
  readonly ignore?: string[];
}

/**
 * A model repository of the Hugging Face hub, or of a mirror of it.
 */
export interface HuggingFaceSource extends ModelFiles {
  /** Its name at the hub, e.g. `meta-llama/Llama-3.1-8B-Instruct`. */
  readonly repository: string;
  /**
   * Which revision of it: a commit of 40 hexadecimal digits, as the hub's page _Files and versions_ shows it. A branch or a tag may be moved,
   * which is warned of: it is resolved to a commit when the Job starts.
   */
  readonly revision: string;
  /** Secret with a token of the hub that may read the repository, for private and gated ones. @default - none is sent */
  readonly token?: SecretReference;
  /**
   * Name of the license whose terms you have accepted at the hub, as the repository's page says it, e.g. `llama3.1`. A gated repository needs it,
   * and the Job downloads nothing that says it has another one.
   * @default - the repository is not gated
   */
  readonly acceptedLicense?: string;
  /** URL of the hub or a mirror of it that speaks its API. @default 'https://huggingface.co' */
  readonly endpoint?: string;
}
