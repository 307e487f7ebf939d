import { IRdmaFabric, RdmaFabricKind } from '../core/rdma-fabric';
import { throwIfFaulty } from '../units/errors';

/** What one kind of fabric asks of a pod. */
interface FabricFacts {
  readonly resourceName?: string;
  readonly capabilities: string[];
  /** Huge pages of 2 MiB that a pod with any interface needs, as a Kubernetes quantity. */
  readonly hugePages?: string;
}

const FACTS: { [kind in RdmaFabricKind]: FabricFacts } = {
  [RdmaFabricKind.NONE]: { capabilities: [] },
  // The user guide's page 'node-efa' requests 5120Mi of the 5128 huge pages of 2 MiB that the EFA driver allocates on a node.
  // IPC_LOCK lifts the 64 KiB limit on locked memory, which otherwise ends in libfabric error -12.
  [RdmaFabricKind.EFA]: {
    resourceName: 'vpc.amazonaws.com/efa',
    capabilities: ['IPC_LOCK'],
    hugePages: '5120Mi',
  },
};

/**
 * The fabric between the nodes of a pool: what it is, and what a pod needs to use it.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 */
export class RdmaFabric implements IRdmaFabric {
  /** Elastic Fabric Adapter: every interface the instance type has, on AWS only. */
  public static efa(): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.EFA);
  }

  /** No fabric: nodes reach each other by TCP. */
  public static none(): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.NONE);
  }

  /** The kind of fabric. */
  public readonly kind: RdmaFabricKind;
  /** Extended resource that a pod requests its interfaces by. @default - none */
  public readonly resourceName?: string;

  private readonly facts: FabricFacts;

  private constructor(kind: RdmaFabricKind) {
    this.kind = kind;
    this.facts = FACTS[kind];
    this.resourceName = this.facts.resourceName;
  }

  /** Linux capabilities that a container needs to use it. A copy. */
  public get capabilities(): string[] {
    return [...this.facts.capabilities];
  }

  /**
   * Resource requests, which equal the limits, of a pod that takes interfaces of the fabric: the interfaces and, with any, huge
   * pages. Throws a `UnscopedValidationError` for a negative or fractional number, and for interfaces of a fabric without any.
   *
   * @param interfaces number of interfaces that one pod takes, 0 for none
   */
  public podResources(interfaces: number): { [key: string]: string } {
    throwIfFaulty([
      ...(Number.isInteger(interfaces) && interfaces >= 0
        ? []
        : [`the number of fabric interfaces must be a whole number of at least 0; got ${interfaces}`]),
      ...(interfaces > 0 && !this.resourceName
        ? [
            `a pod cannot take ${interfaces} interfaces of the fabric '${this.kind}', which has none; use RdmaFabric.efa()`,
          ]
        : []),
    ]);
    if (interfaces === 0 || !this.resourceName) return {};
    return {
      [this.resourceName]: String(interfaces),
      ...(this.facts.hugePages ? { 'hugepages-2Mi': this.facts.hugePages } : {}),
    };
  }

  /** The kind, for messages. */
  public toString(): string {
    return this.kind;
  }
}
