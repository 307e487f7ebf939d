import { SecretReference } from '../core/secret-reference';
import { checkArguments } from '../units/argument-faults';

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
  readonly include?: string[];
  /**
   * Patterns of files that are left out, e.g. `['*.gguf']`; `[]` leaves out none.
   *
   * @default - none where `include` is given; otherwise what holds the same weights again: `original/` and `metal/`, and beside safetensors
   * also Mistral's `consolidated*` and the files of PyTorch, GGUF, ONNX and other engines
   */
  readonly exclude?: string[];
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
  readonly tokenSecret?: SecretReference;
  /** URL of the hub or a mirror of it that speaks its API. @default 'https://huggingface.co' */
  readonly endpoint?: string;
}

/**
 * Where the files of a model come from.
 */
export class ModelSource {
  /**
   * Files downloaded one by one.
   *
   * @param files the files, each with a path of its own
   * @param authorization secret with the value of the `Authorization` header that their host asks for, e.g. `Bearer <token>`; it is sent to
   * that host only. Default is none
   */
  public static urls(files: ModelFile[], authorization?: SecretReference): ModelSource {
    return new ModelSource({ files: [...files], secret: authorization });
  }

  /**
   * The files of an existing volume. If there is a `SHA256SUMS` among them, they are checked against it first. Hidden files are left out, and
   * links must stay within the volume. A Job that is made again waits for its volume: remove the import before the claim.
   *
   * @param claimName name of a persistent volume claim in the namespace of the import
   * @param folder folder of the volume whose files are taken; default is the whole volume
   * @param files which files of it; default is what is served, without what holds the same weights again
   */
  public static volumeClaim(claimName: string, folder?: string, files?: ModelFiles): ModelSource {
    return new ModelSource({ claimName, folder, include: files?.include, exclude: files?.exclude });
  }

  /**
   * A model repository of the Hugging Face hub. The Job asks the hub for its files and their checksums, and refuses what does not match.
   *
   * @param source the repository
   */
  public static huggingFace(source: HuggingFaceSource): ModelSource {
    // What else may be wrong is told by the import, with its path.
    const { include, exclude, tokenSecret } = source;
    return new ModelSource({ repository: { ...source }, include, exclude, secret: tokenSecret ?? undefined });
  }

  /** The files to download; none when they come from a volume or a hub. */
  public readonly files: ModelFile[];
  /** The volume claim the files come from. @default - they are downloaded */
  public readonly claimName?: string;
  /** The folder of the volume. @default - the whole volume */
  public readonly folder?: string;
  /** The repository of the hub the files come from. @default - they come from URLs or a volume */
  public readonly repository?: HuggingFaceSource;
  /** Patterns of the files that are taken. @default - all */
  public readonly include?: string[];
  /** Patterns of files that are left out. @default - see `ModelFiles` */
  public readonly exclude?: string[];
  /** The secret that downloads are authorized by. @default - none */
  public readonly secret?: SecretReference;

  private constructor(source: Partial<ModelSource>) {
    this.files = source.files ?? [];
    this.claimName = source.claimName;
    this.folder = source.folder;
    this.repository = source.repository;
    this.include = source.include;
    this.exclude = source.exclude;
    this.secret = source.secret;
  }
}

checkArguments('ModelSource', ModelSource);
