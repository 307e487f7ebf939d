import { IOpenAiServer } from '../../core/openai-server';
import { GatewayBackend } from '../../serving/gateway/gateway-backend';

/** A topology, as far as its servers matter. */
interface ServingTopology {
  readonly vllmDeployments: { readonly [model: string]: IOpenAiServer };
  readonly deployments: { readonly [model: string]: IOpenAiServer };
}

/**
 * Everything that a topology serves, as a front door has it behind itself.
 *
 * @internal
 */
export function backendsOf({ vllmDeployments, deployments }: ServingTopology): GatewayBackend[] {
  return [...Object.values(vllmDeployments), ...Object.values(deployments)].map((each) => GatewayBackend.of(each));
}
