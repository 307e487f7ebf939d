import { readFileSync } from 'fs';
import * as path from 'path';

/** Two folders up from both lib/kubernetes and dist/kubernetes. */
const ASSETS = path.join(__dirname, '..', '..', 'assets');

/**
 * The text of a script that pods run. It takes its parameters from the environment, so that it is the same for all users, and is linted and
 * tested as a script; `assets/README.md` lists the parameters.
 *
 * @param file name of the file in `assets/`
 *
 * @internal
 */
export function scriptAsset(file: string): string {
  return readFileSync(path.join(ASSETS, file), 'utf8');
}
