import { CloudCallOptions } from '../../serving/gateway/edge/cloud-upstream';
import { EdgeFirstOptions } from '../../serving/gateway/edge/edge-routing';

/**
 * How sites divide requests between their servers and the cloud: see `EdgeRouting`.
 */
export interface HybridRouting extends EdgeFirstOptions {
  /** How much each site asks of the cloud at once, and when no longer. @default - as `CloudUpstream` does */
  readonly cloudCalls?: CloudCallOptions;
}
