/** Kinds of fabric that carry memory access between nodes past the kernel's network stack. */
export enum RdmaFabricKind {
  /** None: nodes reach each other by TCP. */
  NONE = 'none',
  /** Elastic Fabric Adapter of AWS. */
  EFA = 'efa',
}

/**
 * How the nodes of a pool reach each other for collective operations.
 */
export interface IRdmaFabric {
  /** The kind of fabric. */
  readonly kind: RdmaFabricKind;
  /** Extended resource that a pod requests its interfaces by. @default - none */
  readonly resourceName?: string;
  /** Linux capabilities that a container needs to use it. */
  readonly capabilities: string[];
  /**
   * Resource requests, which equal the limits, of a pod that takes interfaces of the fabric. Throws a `UnscopedValidationError`
   * for a negative or fractional number, and for interfaces of a fabric that has none.
   *
   * @param interfaces number of interfaces that one pod takes, 0 for none
   */
  podResources(interfaces: number): { [key: string]: string };
}
