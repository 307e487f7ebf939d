import { ITerraformDependable } from 'cdktf';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { MonitoringPods } from './monitoring-pods';

/**
 * Where a server is, and as what.
 *
 * @internal
 */
export interface MonitoringServerPlace {
  readonly cluster: IKubernetesCluster;
  readonly waitFor: ITerraformDependable[];
  readonly namespace: string;
  /** Name of every object, of the container and of the volume's mount path. */
  readonly name: string;
  readonly labels: { readonly [label: string]: string };
  readonly imageRegistry: ImageRegistry;
  /** Annotations of its service account. @default - none */
  readonly accountAnnotations?: { readonly [key: string]: string };
  /** What the user says of its pods. */
  readonly pods: MonitoringPods;
}
