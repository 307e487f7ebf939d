import { InferenceGatewayProps } from '../inference-gateway-props';
import { InstalledAiGateway } from './installed-ai-gateway';

/**
 * Properties of `EnvoyAiInferenceGateway`: those of `InferenceGateway`, with the same meaning. Limits are of all pods together; `memory` is that of
 * Envoy, and once more that of what reads requests beside it; `envoyImage` is by default what Envoy Gateway runs.
 */
export interface EnvoyAiInferenceGatewayProps extends InferenceGatewayProps {
  /** What the cluster has, where this program does not install it. @default - the `EnvoyAiGatewayController` of this program */
  readonly installed?: InstalledAiGateway;
}
