import { SecretReference, secretFaults } from '../core/secret-reference';
import { repeatedIndexes } from '../units/duplicate-faults';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { gateFaults } from './gated-repositories';
import { HuggingFaceSource, ModelFile } from './model-files';
import { givenUrl, isCommit, sourceUrlFaults } from './source-url';
import { allOf, isUnreadable } from '../units/unreadable';

/**
 * A source of any kind, as it was given.
 *
 * @internal
 */
export interface GivenSource {
  readonly files: readonly ModelFile[];
  readonly claimName?: string;
  readonly folder?: string;
  readonly repository?: HuggingFaceSource;
  readonly allow?: string[];
  readonly ignore?: string[];
  readonly secret?: SecretReference;
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
export function sourceFaults(source: GivenSource): Fault[] {
  const { claimName, folder, repository } = source;
  return allOf(
    () => (claimName === undefined ? [] : volumeFaults(claimName, folder)),
    () => (repository === undefined ? [] : repositoryFaults(repository)),
    () => (claimName === undefined && repository === undefined ? filesFaults(source) : []),
    () => patternFaults('source.allow', source.allow),
    () => patternFaults('source.ignore', source.ignore),
    () => nothingLeftFaults(source),
  );
}

function filesFaults(source: GivenSource): Fault[] {
  const { files } = source;
  if (files.length === 0) return [fault('EMPTY_LIST', 'source.files', 'source must list at least one file; got none')];
  const faults = allOf(...files.map((file, index) => () => fileFaults(file, `source.files[${index}]`)));
  if (files.some((file) => isUnreadable(file) || isUnreadable(file.url) || isUnreadable(file.path))) return faults;
  const paths = files.map(storedPath);
  return [
    ...faults,
    ...repeatedIndexes(paths).map((index) =>
      fault(
        'DUPLICATE',
        `source.files[${index}].path`,
        `source.files has two files with the path '${paths[index]}'; give one of them another path`,
      ),
    ),
    ...(faults.length > 0 ? [] : [...pathsWithinFiles(paths), ...authorizationFaults(source)]),
  ];
}

/** A file cannot be a folder as well: the store takes both, a disk does not. */
function pathsWithinFiles(paths: readonly string[]): Fault[] {
  const known = new Set(paths);
  return paths.flatMap((path, index) => {
    const parents = path.split('/').map((_part, length, parts) => parts.slice(0, length).join('/'));
    const file = parents.find((parent) => known.has(parent));
    if (file === undefined) return [];
    const reason = `source.files has '${file}' and '${path}', but a file cannot be a folder too; give one of them another path`;
    return [fault('PATH_WITHIN_FILE', `source.files[${index}].path`, reason)];
  });
}

/**
 * What a source may turn out to be that nobody intended; none for most.
 *
 * @internal
 */
export function sourceWarnings({ repository, files }: GivenSource): Fault[] {
  if (repository && !isCommit(repository.revision)) {
    const reason =
      `the revision '${repository.revision}' of ${repository.repository} is a branch or tag, so what is imported depends on the day; ` +
      "give the commit that its page 'Files and versions' shows";
    return [fault('MOVING_REVISION', 'source.revision', reason)];
  }
  return files.flatMap(({ url, sha256 }, index) => {
    const revision = /^https:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/[^?#]+?\/resolve\/([^/]+)\//.exec(url)?.[1];
    if (sha256 !== undefined || revision === undefined || isCommit(revision)) return [];
    const reason =
      `source.files[${index}].url '${url}' is of the branch or tag '${revision}', so what is imported depends on the day; ` +
      'give a commit instead, or the sha256';
    return [fault('MOVING_REVISION', `source.files[${index}].url`, reason)];
  });
}

function patternFaults(property: string, patterns: string[] | undefined): Fault[] {
  return (patterns ?? []).flatMap((pattern, index) =>
    typeof pattern === 'string' && /^[A-Za-z0-9._/@+=*?[\]!-]+$/.test(pattern)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            `${property}[${index}]`,
            `${property}[${index}] must be a pattern of letters, digits and . _ / @ + = - * ? [ ] !, with ? for any other character, ` +
              `e.g. 'original/*'; got ${givenValue(pattern)}`,
          ),
        ],
  );
}

/** Patterns by which certainly no file is left; whether others leave one is known to the Job alone. */
function nothingLeftFaults({ allow, ignore = [] }: GivenSource): Fault[] {
  const refused = (property: string, reason: string) => [fault('NOTHING_TO_IMPORT', `source.${property}`, reason)];
  if (allow?.length === 0)
    return refused(
      'allow',
      'source.allow is empty, so that no file would be taken; name some, or leave it out to take all',
    );
  const isAll = (pattern: string) => /^\*+$/.test(pattern);
  const left = (allow ?? ['*']).filter((pattern) => !ignore.some((each) => isAll(each) || each === pattern));
  if (left.length > 0) return [];
  const taken = allow === undefined ? 'all files' : `what source.allow takes ('${allow.join("', '")}')`;
  return refused(
    'ignore',
    `source.ignore ('${ignore.join("', '")}') leaves out ${taken}, so that nothing would be imported; leave out less`,
  );
}

/** Names as the hub takes them: huggingface_hub, `REPO_ID_REGEX` of src/huggingface_hub/utils/_validators.py. */
const REPOSITORY = /^(?:[A-Za-z0-9_][\w.-]*\/)?[A-Za-z0-9_][\w.-]{0,95}$/;

function repositoryFaults(source: HuggingFaceSource): Fault[] {
  const { repository, revision, token, acceptedLicense, endpoint } = source;
  const named = allOf(() => repositoryNameFaults(repository));
  return allOf(
    () => named,
    () => revisionFaults(revision),
    () => licenseFaults(acceptedLicense),
    () => (named.length > 0 ? [] : gateFaults(source)),
    () => (endpoint === undefined ? [] : endpointFaults(endpoint)),
    () => secretFaults('source.token', token),
  );
}

function repositoryNameFaults(repository: string): Fault[] {
  if (typeof repository === 'string' && REPOSITORY.test(repository) && !/--|\.\.|\.git$|[.-]$/.test(repository))
    return [];
  const named = /^https?:\/\/[^/]+\/([^/]+\/[^/?#]+)/.exec(String(repository))?.[1];
  const reason =
    `source.repository must be the name of a model repository, e.g. 'meta-llama/Llama-3.1-8B-Instruct'; got ${givenUrl(repository)}` +
    (named === undefined || named.includes('@') ? '' : `; for this URL it is '${named}'`);
  return [fault('INVALID_FORMAT', 'source.repository', reason)];
}

function revisionFaults(revision: string): Fault[] {
  if (revision === undefined || revision === null) {
    const reason =
      "source.revision must be given: the commit that the repository's page 'Files and versions' shows, or a branch or tag";
    return [fault('MISSING_PROPERTY', 'source.revision', reason)];
  }
  if (typeof revision === 'string' && /^[A-Za-z0-9._/-]+$/.test(revision) && !revision.includes('..')) return [];
  const reason = `source.revision must be a commit, a branch or a tag (letters, digits and . _ / -); got ${givenValue(revision)}`;
  return [fault('INVALID_FORMAT', 'source.revision', reason)];
}

/** Identifiers of licenses, as the hub lists them, or names of their own. */
function licenseFaults(license: string | undefined): Fault[] {
  if (license === undefined || /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(license)) return [];
  const reason = `source.acceptedLicense must be the name of a license as the hub writes it, e.g. 'llama3.1' or 'apache-2.0'; got ${givenValue(license)}`;
  return [fault('INVALID_FORMAT', 'source.acceptedLicense', reason)];
}

function endpointFaults(endpoint: string): Fault[] {
  const faults = sourceUrlFaults('source.endpoint', endpoint).filter(({ id }) => id !== 'URL_OF_A_PAGE');
  if (faults.length > 0) return faults;
  if (/[?#]/.test(endpoint)) {
    const reason = `source.endpoint must be a URL without a query, e.g. 'https://hub.example.com'; got '${endpoint}'`;
    return [fault('INVALID_FORMAT', 'source.endpoint', reason)];
  }
  if (endpoint.startsWith('https:')) return [];
  const reason = `source.endpoint '${endpoint}' is not encrypted, so the checksums that arrive may be anything, and a token may be read; use https`;
  return [fault('UNENCRYPTED_WITHOUT_CHECKSUM', 'source.endpoint', reason)];
}

/** A header is meant for one host, and for an encrypted way there. */
function authorizationFaults({ secret, files }: GivenSource): Fault[] {
  if (secret === undefined) return [];
  const origins = [...new Set(files.map(({ url }) => new URL(url).origin))];
  const plain = origins.find((origin) => origin.startsWith('http:'));
  return [
    ...secretFaults('source.authorization', secret),
    ...(origins.length > 1
      ? [
          fault(
            'SECRET_FOR_SEVERAL_HOSTS',
            'source.authorization',
            `source.authorization would be sent to ${origins.join(' and ')}; import the files of each host by an import of its own, or leave it out`,
          ),
        ]
      : []),
    ...(plain !== undefined
      ? [
          fault(
            'UNENCRYPTED_SECRET',
            'source.authorization',
            `source.authorization would be sent to ${plain} in plain text; use https`,
          ),
        ]
      : []),
  ];
}

function volumeFaults(claimName: string, folder?: string): Fault[] {
  return allOf(
    () => {
      if (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(claimName)) return [];
      const reason = `source.claimName must be the name of a persistent volume claim (lower-case letters, digits, hyphens and dots); got '${claimName}'`;
      return [fault('INVALID_NAME', 'source.claimName', reason)];
    },
    () => {
      if (folder === undefined || isSafePath(folder)) return [];
      const reason =
        "source.folder must be a path relative to the volume, without '.', '..', double slashes and slashes at its ends; got " +
        `'${folder}'; ${cureOf(folder, 'e.g. ', 'models/llama')}`;
      return [fault('INVALID_FORMAT', 'source.folder', reason)];
    },
  );
}

function fileFaults(file: ModelFile, at: string): Fault[] {
  const url = allOf(() => urlFaults(file, `${at}.url`));
  // A path is taken from the URL, so it is no better than that.
  const isPathKnown = !url.some(({ id }) => id !== 'UNENCRYPTED_WITHOUT_CHECKSUM');
  return allOf(
    () => url,
    () => (isPathKnown ? pathFaults(file, `${at}.path`) : []),
    () => (isPathKnown ? checksumFaults(file, `${at}.sha256`) : []),
  );
}

function pathFaults(file: ModelFile, property: string): Fault[] {
  const path = storedPath(file);
  return isSafePath(path) && path !== 'SHA256SUMS' ? [] : [pathFault(file, property)];
}

function checksumFaults(file: ModelFile, property: string): Fault[] {
  if (file.sha256 === undefined || /^[0-9a-f]{64}$/.test(file.sha256)) return [];
  const reason = `${property} of '${storedPath(file)}' must be 64 lower-case hexadecimal digits; got '${file.sha256}'`;
  return [fault('INVALID_FORMAT', property, reason)];
}

function urlFaults({ url, sha256 }: ModelFile, property: string): Fault[] {
  const faults = sourceUrlFaults(property, url);
  if (faults.length > 0 || url.startsWith('https:') || sha256 !== undefined) return faults;
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
    `${property} must be a relative path of letters, digits and . _ / @ + = -, without '.', '..', double slashes and slashes at its ends; got '${path}' ` +
      `for ${file.url}; ${cureOf(path, 'give the file a path, e.g. ', 'model.safetensors')}`,
  );
}

/** The one way to write a path: without './', double slashes, and slashes at its ends. */
function normalPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function cureOf(path: string, otherwise: string, example: string): string {
  const normal = normalText(path);
  return normal === undefined ? `${otherwise}'${example}'` : `write '${normal}'`;
}

/** How a path would be taken, where it only is written in another way. */
function normalText(path: string): string | undefined {
  const normal = normalPath(path);
  return normal !== path && normal !== '' && isSafePath(normal) ? normal : undefined;
}

function isSafePath(path: string): boolean {
  return /^[A-Za-z0-9._/@+=-]+$/.test(path) && !path.includes('..') && path === normalPath(path);
}
