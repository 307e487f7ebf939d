import { IOpenAiServer } from '../../core/openai-server';
import { GatewayBackend } from '../../serving/gateway/gateway-backend';

/** A topology, as far as its servers matter. */
interface ServingTopology {
  readonly vllmDeployments: { readonly [model: string]: IOpenAiServer };
  readonly deployments: { readonly [model: string]: IOpenAiServer };
}

/**
 * Names in requests that the servers of a topology answer.
 *
 * @internal
 */
export function served({ vllmDeployments, deployments }: ServingTopology): string[] {
  const all = [...Object.values(vllmDeployments), ...Object.values(deployments)];
  return [...new Set(all.flatMap(({ openAiTargets }) => openAiTargets.flatMap(({ models }) => models)))].sort();
}

/**
 * Everything that a topology serves, as a front door has it behind itself.
 *
 * @internal
 */
export function backendsOf({ vllmDeployments, deployments }: ServingTopology): GatewayBackend[] {
  return [...Object.values(vllmDeployments), ...Object.values(deployments)].map((each) => GatewayBackend.of(each));
}
