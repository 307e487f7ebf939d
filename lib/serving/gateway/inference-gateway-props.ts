import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { EdgeRouting } from './edge/edge-routing';
import { GatewayBackend } from './gateway-backend';
import { InferenceGatewayOptions } from './inference-gateway-options';

/**
 * Properties of `InferenceGateway`.
 */
export interface InferenceGatewayProps extends InferenceGatewayOptions {
  /** The cluster it runs on. */
  readonly cluster: IKubernetesCluster;
  /** What answers its requests. */
  readonly backends: GatewayBackend[];
  /**
   * How requests are divided between the servers of this site and a cloud. Only an `InferenceGateway` divides them.
   * @default - there is no cloud: all requests are for the backends
   */
  readonly edgeRouting?: EdgeRouting;
}
