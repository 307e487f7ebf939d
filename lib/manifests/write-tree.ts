import * as fs from 'fs';
import * as path from 'path';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';

/** What says which files of a folder were written: all others are somebody else's. */
const LIST = '.written-files.json';

type Files = { readonly [file: string]: string };

/**
 * Writes files into a folder and removes those that an earlier call wrote and that are no more. What is to be written is entered into the list first, so that
 * no file of a call that was interrupted is taken for somebody else's.
 *
 * @param directory path of the folder
 * @param files texts by paths within it, with `/`
 * @param encrypted paths of files that others make
 * @returns those of them that are not there
 *
 * @internal
 */
export function writeTree(directory: string, files: Files, encrypted: readonly string[]): string[] {
  const faults: Fault[] = [];
  const before = writtenBefore(directory, faults);
  throwIfFaulty(faults);
  throwIfFaulty([...foreignFaults(directory, files, before), ...encryptedFaults(directory, encrypted)]);
  fs.mkdirSync(directory, { recursive: true });
  const paths = Object.keys(files).sort();
  const gone = [...before].filter((file) => !Object.hasOwn(files, file));
  writeList(directory, [...new Set([...paths, ...before])].sort());
  for (const file of paths) replaceFile(path.join(directory, file), files[file]);
  for (const file of gone) removeFile(directory, file);
  writeList(directory, paths);
  return encrypted.filter((file) => !fs.existsSync(path.join(directory, file)));
}

function writeList(directory: string, files: readonly string[]): void {
  replaceFile(path.join(directory, LIST), `${JSON.stringify({ files }, null, 2)}\n`);
}

function writtenBefore(directory: string, faults: Fault[]): ReadonlySet<string> {
  const text = textOf(path.join(directory, LIST));
  if (text === undefined) return new Set();
  try {
    const { files } = JSON.parse(text) as { files: unknown };
    if (Array.isArray(files) && files.every(isWithin)) return new Set(files as string[]);
  } catch {
    // Reported below.
  }
  const reason = `'${LIST}' in '${directory}' is no list of files within it, as this writes it; restore it, or remove it and the files that were written`;
  faults.push(fault('FILE_LIST_INVALID', 'directory', reason));
  return new Set();
}

function isWithin(file: unknown): boolean {
  return (
    typeof file === 'string' &&
    /^[^/\\]/.test(file) &&
    path.posix.normalize(file) === file &&
    !/^\.\.?(\/|$)/.test(file)
  );
}

function foreignFaults(directory: string, files: Files, before: ReadonlySet<string>): Fault[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const at = path.join(directory, file);
    const link = linkOn(directory, file);
    if (link !== undefined) return [notOurs(link, directory, 'is a link')];
    const there = fs.lstatSync(at, { throwIfNoEntry: false });
    if (!there || (there.isFile() && (before.has(file) || textOf(at) === text))) return [];
    return [notOurs(file, directory, there.isFile() ? 'is there and was not written by this' : 'is no file')];
  });
}

function notOurs(file: string, directory: string, why: string): Fault {
  const reason = `'${file}' in '${directory}' ${why}; move it, or write into another directory`;
  return fault('FILE_NOT_OURS', 'directory', reason);
}

/** A link on the way would have files written somewhere else. */
function linkOn(directory: string, file: string): string | undefined {
  const steps = file.split('/').slice(0, -1);
  return steps
    .map((_, index) => steps.slice(0, index + 1).join('/'))
    .find((folder) => fs.lstatSync(path.join(directory, folder), { throwIfNoEntry: false })?.isSymbolicLink());
}

function encryptedFaults(directory: string, encrypted: readonly string[]): Fault[] {
  return encrypted.flatMap((file) => {
    const text = textOf(path.join(directory, file));
    // SOPS adds a member of this name, in YAML and in JSON.
    if (text === undefined || /^sops:|^\s*"sops":/m.test(text)) return [];
    const reason = `'${file}' in '${directory}' is not encrypted; encrypt it with sops --encrypt --in-place, and change the secret if it was shared`;
    return [fault('SECRET_NOT_ENCRYPTED', 'directory', reason)];
  });
}

function textOf(file: string): string | undefined {
  const there = fs.statSync(file, { throwIfNoEntry: false });
  return there?.isFile() ? fs.readFileSync(file, 'utf8') : undefined;
}

/** Readers see the old text or the new one. */
function replaceFile(file: string, text: string): void {
  if (textOf(file) === text) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const next = path.join(path.dirname(file), `.${path.basename(file)}.next`);
  fs.writeFileSync(next, text);
  fs.renameSync(next, file);
}

/** Folders that are empty after it go too. */
function removeFile(directory: string, file: string): void {
  if (linkOn(directory, file) !== undefined) return;
  fs.rmSync(path.join(directory, file), { force: true });
  for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) {
    const at = path.join(directory, folder);
    if (!fs.existsSync(at)) continue;
    if (fs.readdirSync(at).length > 0) return;
    fs.rmdirSync(at);
  }
}
