import { Duration } from '../units/duration';
import { nameClass } from '../units/own-class';

/**
 * How nodes outside AWS get credentials of their role, by which they join an EKS cluster, pull images and read weights.
 *
 * @see https://docs.aws.amazon.com/eks/latest/best-practices/hybrid-nodes-host-creds.html
 */
export class NodeCredentials {
  /**
   * A certificate on each node, which IAM Roles Anywhere takes for credentials of one hour unless the profile says otherwise, and of twelve at
   * most. The kubelet asks for new ones when it needs them, so nodes are back within seconds of the link.
   */
  public static readonly ROLES_ANYWHERE = new NodeCredentials(
    'IAM Roles Anywhere',
    Duration.hours(1),
    Duration.hours(12),
    Duration.minutes(1),
  );
  /**
   * A hybrid activation of Systems Manager. Its credentials last one hour, which cannot be changed. When the agent could not refresh them it waits
   * up to 30 minutes (since agent 3.3.808.0) before it tries again, and the node stays away that long after the link is back.
   */
  public static readonly SSM = new NodeCredentials(
    'Systems Manager',
    Duration.hours(1),
    Duration.hours(1),
    Duration.minutes(30),
  );
  /** Both ways. */
  public static readonly ALL: NodeCredentials[] = Object.freeze([
    NodeCredentials.ROLES_ANYWHERE,
    NodeCredentials.SSM,
  ]) as NodeCredentials[];

  private constructor(
    /** What AWS calls the service. */
    public readonly name: string,
    /** How long credentials last unless something else is set. */
    public readonly defaultLifetime: Duration,
    /** How long they can last. */
    public readonly longestLifetime: Duration,
    /** How long a node may still be without valid ones after the link is back. */
    public readonly recovery: Duration,
  ) {}

  /** What AWS calls the service. */
  public toString(): string {
    return this.name;
  }
}

nameClass('NodeCredentials', NodeCredentials);
