import { SecretReference } from '../core/secret-reference';
import { checkArguments, throwOfFactory } from '../units/argument-faults';
import { HuggingFaceSource, ModelFile, ModelFiles } from './model-files';
import { sourceFaults } from './source-faults';

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
    return new ModelSource({ claimName, folder, allow: files?.allow, ignore: files?.ignore });
  }

  /**
   * A model repository of the Hugging Face hub. The Job asks the hub for its files and their checksums, and refuses what does not match.
   *
   * @param source the repository
   */
  public static huggingFace(source: HuggingFaceSource): ModelSource {
    // What else may be wrong is told by the import, with its path.
    const { allow, ignore, token } = source;
    return new ModelSource({ repository: { ...source }, allow, ignore, secret: token ?? undefined });
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
  public readonly allow?: string[];
  /** Patterns of files that are left out. @default - see `ModelFiles` */
  public readonly ignore?: string[];
  /** The secret that downloads are authorized by. @default - none */
  public readonly secret?: SecretReference;

  private constructor(source: Partial<ModelSource>) {
    this.files = source.files ?? [];
    this.claimName = source.claimName;
    this.folder = source.folder;
    this.repository = source.repository;
    this.allow = source.allow;
    this.ignore = source.ignore;
    this.secret = source.secret;
  }
}

checkArguments('ModelSource', ModelSource, throwOfFactory(sourceFaults, 'source.'));
