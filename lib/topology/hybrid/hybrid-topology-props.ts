import { UplinkOptions } from '../../monitoring/uplink/monitoring-uplink';
import { CloudTopologyProps } from '../cloud/cloud-topology-props';
import { HybridGateway } from './hybrid-gateway';
import { HybridRouting } from './hybrid-routing';
import { HybridSite } from './hybrid-site';

/**
 * Properties of `HybridTopology`.
 */
export interface HybridTopologyProps {
  /**
   * What runs in the cloud. Its monitoring expects all sites that write to it; its servers are those of OpenAI's API: vLLM's own, or Triton with its front end.
   * @default - somebody else runs it: `gateway.models` says what it serves, and `expectedSites` of the topology what its hub has to know
   */
  readonly cloud?: CloudTopologyProps;
  /** How sites reach what the cloud serves. */
  readonly gateway: HybridGateway;
  /**
   * How sites reach the Prometheus that they write to. Each is a user of its own there, by the name of the site; the password is in a secret of the site.
   * @default - sites keep their series to themselves, and nobody misses them
   */
  readonly hub?: UplinkOptions;
  /** What goes where, at every site that does not say otherwise. @default - no request leaves a site */
  readonly routing?: HybridRouting;
  /** Rings of sites, in the order in which they get new releases of models. @default - in the order in which the sites have them */
  readonly rings?: string[];
  /** The sites, at least one. */
  readonly sites: HybridSite[];
}
