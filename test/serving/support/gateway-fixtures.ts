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
import { Block, Synthesized } from '../../support/synth';
import { unescapeTemplate } from '../../support/template';
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

export const LABELS = { 'app.kubernetes.io/name': 'inference-gateway', 'app.kubernetes.io/instance': 'door' };

/** A file of the gateway's config map. */
export function gatewayFile(json: Synthesized, file: string): string {
  const [config] = json.resources('kubernetes_config_map_v1').filter(({ data }) => data['envoy.json'] !== undefined);
  return unescapeTemplate(config.data[file] as string);
}

export const envoyOf = (json: Synthesized) => JSON.parse(gatewayFile(json, 'envoy.json')) as Block;
export const managerOf = (json: Synthesized) =>
  envoyOf(json).static_resources.listeners[0].filter_chains[0].filters[0].typed_config as Block;
export const clusterOf = (json: Synthesized, name: string) =>
  (envoyOf(json).static_resources.clusters as Block[]).find((each) => each.name === name) as Block;
export const doorPod = (json: Synthesized) =>
  json.byName('kubernetes_deployment_v1', 'door').spec.template.spec as Block;
export const policy = (json: Synthesized, name: string) =>
  json.byName('kubernetes_network_policy_v1', name).spec as Block;

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
