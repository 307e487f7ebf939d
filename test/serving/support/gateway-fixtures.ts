import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import {
  EnvoyAiInferenceGateway,
  EnvoyAiInferenceGatewayProps,
  GatewayBackend,
  InferenceGateway,
  InferenceGatewayProps,
  TritonDeployment,
  VllmDeployment,
} from '../../../lib/serving';
import { Synthesized } from '../../support/synth';
import { Site, llama8b, withSite } from './fixtures';

/** A model on vLLM's own server. */
export function chat(site: Site, id = 'Chat', more: Partial<ConstructorParameters<typeof VllmDeployment>[2]> = {}) {
  const { scope, cluster, store: modelStore } = site;
  const nodePool = site.pool(GpuInstanceType.G5_XLARGE, 2, `pool-${id.toLowerCase()}`);
  const models = [{ name: id.toLowerCase(), model: ModelSpec.LLAMA_3_1_8B }];
  return new VllmDeployment(scope, id, { cluster, nodePool, modelStore, models, ...more });
}

/** A model on Triton, by default with the API of OpenAI. */
export function triton(site: Site, more: Partial<ConstructorParameters<typeof TritonDeployment>[2]> = {}) {
  const { scope, cluster, store: modelStore } = site;
  const nodePool = site.pool(GpuInstanceType.G5_XLARGE, 2, 'pool-triton');
  return new TritonDeployment(scope, 'Triton', {
    cluster,
    nodePool,
    modelStore,
    models: [llama8b],
    openAi: {},
    ...more,
  });
}

/** What a test of a gateway says of it, once its servers are there. */
export type Door = (site: Site) => Omit<InferenceGatewayProps, 'cluster'>;

/** A gateway in a site of its own; by default before one model. */
export function openDoor(door: Door = (site) => ({ backends: [GatewayBackend.of(chat(site))] })): {
  json: Synthesized;
  gateway: InferenceGateway;
  site: Site;
} {
  let made: { gateway: InferenceGateway; site: Site } | undefined;
  const json = withSite((site) => {
    const gateway = new InferenceGateway(site.scope, 'Door', { cluster: site.cluster, ...door(site) });
    made = { gateway, site };
  });
  return { json, ...made! };
}

/** A gateway before one model with something besides. */
export const withMore =
  (more: Partial<InferenceGatewayProps>): Door =>
  (site) => ({ backends: [GatewayBackend.of(chat(site))], ...more });

/** What a test of a gateway for Envoy AI Gateway says of it. */
export type AiDoor = (site: Site) => Omit<EnvoyAiInferenceGatewayProps, 'cluster'>;

/** A cluster that has all that such gateways may need. */
export const INSTALLED = { gatewayClassName: 'eg', rateLimits: true, inferencePools: true };

/** Such a gateway in a site of its own; by default before one model, on a cluster that has the controllers. */
export function openAiDoor(door: AiDoor = (site) => ({ backends: [GatewayBackend.of(chat(site))] })): {
  json: Synthesized;
  gateway: EnvoyAiInferenceGateway;
  site: Site;
} {
  let made: { gateway: EnvoyAiInferenceGateway; site: Site } | undefined;
  const json = withSite((site) => {
    const said = door(site);
    const props = { cluster: site.cluster, installed: INSTALLED, ...said };
    made = { gateway: new EnvoyAiInferenceGateway(site.scope, 'Door', props), site };
  });
  return { json, ...made! };
}
