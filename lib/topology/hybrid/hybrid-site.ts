import { Construct } from 'constructs';
import { SecretReference } from '../../core/secret-reference';
import { InferenceGatewayOptions } from '../../serving/gateway/inference-gateway-options';
import { EdgeTopologyProps } from '../edge/edge-topology-props';
import { HybridRouting } from './hybrid-routing';

/**
 * A site of a `HybridTopology`: what an `EdgeTopology` has, and how it is one of several.
 */
export interface HybridSite extends EdgeTopologyProps {
  /**
   * Where everything of the site is made: a stack of its own, so that a site is applied, and changed, without the others. It may be for another region or
   * account than those of the cloud.
   */
  readonly scope: Construct;
  /** What goes where at this site: each property that is given here replaces that of `routing` of the topology. @default - `routing` of the topology */
  readonly routing?: HybridRouting;
  /**
   * The gateway of the site: its callers, its certificate, who reaches it.
   * @default - one key, made in the cluster of the site, for pods of the namespace of the servers
   */
  readonly gateway?: InferenceGatewayOptions;
  /**
   * Secret at the site, in the namespace of its gateway, with the key by which the gateway of the cloud knows the site.
   * @default - key `api-key` of the secret `cloud`
   */
  readonly cloudKey?: SecretReference;
  /**
   * Ring in which it gets new releases of its models, one after the other: `sync` follows the channel of the ring. See `ModelRollout`.
   * @default - none: `sync` follows its own channel
   */
  readonly ring?: string;
  /**
   * Whether the cloud takes nothing from the site any more: its key is none at the gateway of the cloud, and its hub does not miss it. Nothing changes at the
   * site, nor for other sites. What the site has in other places, e.g. a user at the hub, is taken from it there.
   * @default false
   */
  readonly revoked?: boolean;
}
