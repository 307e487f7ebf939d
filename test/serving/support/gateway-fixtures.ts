import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import {
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
