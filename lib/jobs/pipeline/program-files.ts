import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'fs';
import * as path from 'path';

/** The program of pipelines: three folders up from both lib/jobs/pipeline and dist/jobs/pipeline. */
const PROGRAM = path.join(__dirname, '..', '..', '..', 'jobs');
/** What an image is built with: the program, and what says how it is installed. */
const BUILT_WITH = ['pyproject.toml', 'src'];
/** The line of a list before packages that images leave out. */
const TESTS_ALONE = '# For tests alone';

/** Name of the program's package as pip has it, and its version. @internal */
export const PROGRAM_NAME = 'model-pipeline';

/** Version of the program. @internal */
export function programVersion(): string {
  return /^version = "([^"]+)"/m.exec(readFileSync(path.join(PROGRAM, 'pyproject.toml'), 'utf8'))?.[1] ?? '';
}

/**
 * The packages that a list of `jobs/environments` names, each with its version, without those of tests alone.
 *
 * @param list name of the list, e.g. `core`
 *
 * @internal
 */
export function lockedPackages(list: string): string[] {
  const text = readFileSync(path.join(PROGRAM, 'environments', `${list}.txt`), 'utf8');
  const [used] = text.split(TESTS_ALONE);
  return used.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * Writes what an image is built from: a Dockerfile, and the files of the program that it copies.
 *
 * @param folder folder, which is made if there is none
 * @param dockerfile text of the Dockerfile
 *
 * @internal
 */
export function writeBuildContext(folder: string, dockerfile: string): void {
  mkdirSync(folder, { recursive: true });
  const isSource = (file: string) => path.basename(file) !== '__pycache__' && !file.endsWith('.egg-info');
  for (const each of BUILT_WITH) {
    cpSync(path.join(PROGRAM, each), path.join(folder, each), { recursive: true, filter: isSource });
  }
  writeFileSync(path.join(folder, 'Dockerfile'), dockerfile);
}
