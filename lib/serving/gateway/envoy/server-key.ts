/** A key that a server asks for. @internal */
export interface ServerKey {
  /** Folder of the key itself. */
  readonly folder: string;
  /** File in the config map by which Envoy discovers it. */
  readonly file: string;
}
