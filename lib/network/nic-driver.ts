import { checkArguments } from '../units/argument-faults';
/**
 * Where the driver of ConnectX adapters on the nodes comes from.
 */
export class NicDriver {
  /** The nodes have it: the kernel's own, or DOCA-OFED installed when the nodes were set up. */
  public static host(): NicDriver {
    return new NicDriver();
  }

  /**
   * A DOCA-OFED container of the network operator loads it. Nodes are drained one at a time when it changes; the GPU driver must
   * then be loaded with `driver.rdma.enabled` and without `useHostMofed`.
   *
   * @param version version of the `doca-driver` image @default - the one that the pinned operator names in hack/release.yaml
   */
  public static container(version = 'doca3.4.1-26.04-1.1.0.0-1'): NicDriver {
    return new NicDriver(version);
  }

  /** Version of the `doca-driver` image. @default - the nodes have a driver */
  public readonly containerVersion?: string;

  private constructor(containerVersion?: string) {
    this.containerVersion = containerVersion;
  }
}

checkArguments('NicDriver', NicDriver);
