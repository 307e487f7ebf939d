import { Fault, fault } from '../../../units/fault';

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
