import { Fault, fault } from '../../../units/fault';
import { InstanceSettings } from './model-settings';

/**
 * Files of the model store that a configuration names. Triton looks for them in folders beside the versions of a model, which the init container
 * does not fill; from there the path leads back into the version.
 *
 * @internal
 */
export class StoredFiles {
  /** @param version Triton's number of the version that has them; undefined if none of its files come from the store */
  public constructor(private readonly version: number | undefined) {}

  /** A path as Triton reads it from `warmup` or `initial_state`. */
  public pathOf(path: string): string {
    return `../${this.version}/${path}`;
  }

  public faults(property: string, path: string): Fault[] {
    if (this.version === undefined) {
      const reason = `a file of the model store needs a model whose files come from it; got '${path}'; use zeros`;
      return [fault('CONFLICTING_PROPERTIES', property, reason)];
    }
    const isPath = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(path);
    if (isPath) return [];
    return [
      fault(
        'INVALID_NAME',
        property,
        `${property} must be a path below the version of the model, of letters, digits, '.', '_', '-' and '/'; got '${path}'`,
      ),
    ];
  }
}

const PLACE = 'about';
const PLACE_TEXT = 'The files are in the folder of the version.\n';

/**
 * Files that make the folders from which such paths lead: a path out of a folder needs the folder.
 *
 * @internal
 */
export function foldersOf({ sequenceBatching, warmUp = [] }: InstanceSettings): { readonly [path: string]: string } {
  const states = sequenceBatching?.states ?? [];
  const warms = warmUp.some(({ inputs }) => Object.values(inputs).some(({ path }) => path !== undefined));
  const starts = states.some(({ initial }) => initial?.path !== undefined);
  return {
    ...(warms ? { [`warmup/${PLACE}`]: PLACE_TEXT } : {}),
    ...(starts ? { [`initial_state/${PLACE}`]: PLACE_TEXT } : {}),
  };
}
