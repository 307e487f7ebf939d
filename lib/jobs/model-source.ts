import { repeatedIndexes } from '../units/duplicate-faults';
import { Fault, fault } from '../units/fault';

/**
 * A file to download.
 */
export interface ModelFile {
  /** Where it is downloaded from: `https`, or `http` when `sha256` is given. It must not hold a secret: it is kept in the cluster. */
  readonly url: string;
  /** Path within the version's folder. @default - the last part of the URL's path */
  readonly path?: string;
  /** Expected SHA-256, 64 hexadecimal digits. @default - that of the first download */
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
   * The files of an existing volume. If there is a `SHA256SUMS` among them, they are checked against it first. Hidden files are left out.
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
  if (source.claimName !== undefined) return volumeFaults(source.claimName, source.folder);
  if (source.files.length === 0) {
    return [fault('EMPTY_LIST', 'source.files', 'source must list at least one file; got none')];
  }
  const paths = source.files.map(storedPath);
  return [
    ...source.files.flatMap((file, index) => fileFaults(file, `source.files[${index}]`)),
    ...repeatedIndexes(paths).map((index) =>
      fault(
        'DUPLICATE',
        `source.files[${index}].path`,
        `source.files has two files with the path '${paths[index]}'; give one of them another path`,
      ),
    ),
  ];
}

function volumeFaults(claimName: string, folder?: string): Fault[] {
  const isFolder = folder === undefined || isSafePath(folder);
  return [
    ...(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(claimName)
      ? []
      : [
          fault(
            'INVALID_NAME',
            'source.claimName',
            `source.claimName must be the name of a persistent volume claim (lower-case letters, digits, hyphens and dots); got '${claimName}'`,
          ),
        ]),
    ...(isFolder
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            'source.folder',
            `source.folder must be a path relative to the volume, without '..'; got '${folder}'; e.g. 'models/llama'`,
          ),
        ]),
  ];
}

function fileFaults(file: ModelFile, at: string): Fault[] {
  const path = storedPath(file);
  return [
    ...urlFaults(file, `${at}.url`),
    ...(isSafePath(path) && path !== 'SHA256SUMS' ? [] : [pathFault(file, `${at}.path`)]),
    ...(file.sha256 === undefined || /^[0-9a-f]{64}$/.test(file.sha256)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            `${at}.sha256`,
            `${at}.sha256 of '${path}' must be 64 lower-case hexadecimal digits; got '${file.sha256}'`,
          ),
        ]),
  ];
}

function urlFaults({ url, sha256 }: ModelFile, property: string): Fault[] {
  if (!/^https?:\/\/[^\s'"\\]+$/.test(url)) {
    return [fault('INVALID_FORMAT', property, `${property} must be an https URL; got '${url}'`)];
  }
  if (url.startsWith('https:') || sha256 !== undefined) return [];
  const reason = `${property} '${url}' is not encrypted, so what arrives may be anything; give the file's sha256, or use https`;
  return [fault('UNENCRYPTED_WITHOUT_CHECKSUM', property, reason)];
}

function pathFault(file: ModelFile, property: string): Fault {
  const path = storedPath(file);
  if (path === 'SHA256SUMS') {
    const reason = `${property} must not be SHA256SUMS, the list of checksums that the import writes; leave the file out, or rename it`;
    return fault('RESERVED', property, reason);
  }
  return fault(
    'INVALID_FORMAT',
    property,
    `${property} must be a relative path of letters, digits and . _ / @ + = -, without '..'; got '${path}' for ${file.url}; ` +
      'give the file a path',
  );
}

function isSafePath(path: string): boolean {
  return /^[A-Za-z0-9._@+=-][A-Za-z0-9._/@+=-]*$/.test(path) && !path.includes('..');
}
