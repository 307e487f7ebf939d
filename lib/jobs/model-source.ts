import { Fault, untitled } from '../units/fault';
/**
 * A file to download.
 */
export interface ModelFile {
  /** Where it is downloaded from: `https`, or `http` when `sha256` is given. It must not hold a secret: it is kept in the cluster. */
  readonly url: string;
  /** Path within the version's folder. @default - the last part of the URL's path */
  readonly path?: string;
  /** SHA-256 it must have, 64 hexadecimal digits. @default - that of what is downloaded first */
  readonly sha256?: string;
}

/**
 * Where the files of a model come from.
 */
export class ModelSource {
  /**
   * Files downloaded one by one.
   *
   * @param files the files, each with a path of its own
   */
  public static urls(files: ModelFile[]): ModelSource {
    return new ModelSource([...files]);
  }

  /**
   * The files of a volume that is there. One `SHA256SUMS` among them is checked first. Hidden files are left out.
   *
   * @param claimName name of a persistent volume claim in the namespace of the import
   * @param folder folder of the volume whose files are taken; default is the whole volume
   */
  public static volumeClaim(claimName: string, folder?: string): ModelSource {
    return new ModelSource([], claimName, folder);
  }

  /** The files to download; none when they come from a volume. */
  public readonly files: ModelFile[];
  /** The volume claim the files come from. @default - they are downloaded */
  public readonly claimName?: string;
  /** The folder of the volume. @default - the whole volume */
  public readonly folder?: string;

  private constructor(files: ModelFile[], claimName?: string, folder?: string) {
    this.files = files;
    this.claimName = claimName;
    this.folder = folder;
  }
}

/**
 * Path of a file within its version's folder.
 *
 * @internal
 */
export function storedPath(file: ModelFile): string {
  return file.path ?? file.url.replace(/[?#].*$/, '').replace(/^.*\//, '');
}

/** @internal */
export function sourceFaults(source: ModelSource): Fault[] {
  if (source.claimName !== undefined) {
    const faults: Fault[] = [];
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(source.claimName))
      faults.push(untitled(`claimName must be the name of a volume claim; got '${source.claimName}'`));
    if (source.folder !== undefined && !isSafePath(source.folder))
      faults.push(untitled(`folder must be a relative path without '..'; got '${source.folder}'`));
    return faults;
  }
  if (source.files.length === 0) return [untitled('source must list at least one file')];
  const paths = source.files.map(storedPath);
  const twice = new Set(paths.filter((path, i) => paths.indexOf(path) !== i));
  return [
    ...source.files.flatMap(fileFaults),
    ...[...twice].map((path) => untitled(`source has two files with the path '${path}'; give one another path`)),
  ];
}

function fileFaults(file: ModelFile): Fault[] {
  const faults: Fault[] = [];
  const path = storedPath(file);
  if (!/^https?:\/\/[^\s'"\\]+$/.test(file.url)) faults.push(untitled(`url must be an https URL; got '${file.url}'`));
  else if (file.url.startsWith('http:') && file.sha256 === undefined) {
    faults.push(untitled(`url '${file.url}' is not encrypted, so give its sha256, or use https`));
  }
  if (!isSafePath(path) || path === 'SHA256SUMS') {
    faults.push(
      untitled(
        `path must be a relative path of letters, digits and . _ / @ + = -, not SHA256SUMS; got '${path}' for ${file.url}`,
      ),
    );
  }
  if (file.sha256 !== undefined && !/^[0-9a-f]{64}$/.test(file.sha256)) {
    faults.push(untitled(`sha256 of '${path}' must be 64 lower-case hexadecimal digits; got '${file.sha256}'`));
  }
  return faults;
}

function isSafePath(path: string): boolean {
  return /^[A-Za-z0-9._@+=-][A-Za-z0-9._/@+=-]*$/.test(path) && !path.includes('..');
}
