import { ITerraformDependable } from 'cdktf';

/**
 * What reads the requests in flight on a cluster and was installed by this program.
 *
 * @internal
 */
export interface InstalledScaler {
  /** Namespace from which Prometheus is asked. */
  readonly namespace: string;
  /** Dependency of what it serves. */
  readonly ready: ITerraformDependable[];
}
