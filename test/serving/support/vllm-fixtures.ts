import { GpuInstanceType, GpuNodeType, ModelSpec } from '../../../lib/catalog';
import { ModelStoreCredentials } from '../../../lib/core';
import { ServedModel, VllmDeployment, VllmDeploymentProps } from '../../../lib/serving';
import { Block, Synthesized } from '../../support/synth';
import { Site, withSite } from './fixtures';

export const CHAT: ServedModel = { name: 'chat', model: ModelSpec.LLAMA_3_1_8B };

/** What a test of a deployment may say; the rest is an 8B model on g5.xlarge. */
export type VllmOverrides = Partial<VllmDeploymentProps> & {
  readonly instanceType?: GpuNodeType;
  readonly maxNodes?: number;
  readonly driverMajor?: number;
  /** How pods reach the store. */
  readonly reach?: { readonly credentials: ModelStoreCredentials; readonly endpoint?: string };
  /** What the only model says besides. */
  readonly model?: Partial<ServedModel>;
};

/** A deployment of vLLM's own server in a site of its own. */
export function deployVllm(overrides: VllmOverrides = {}): {
  json: Synthesized;
  deployment: VllmDeployment;
  site: Site;
} {
  let made: { deployment: VllmDeployment; site: Site } | undefined;
  const json = withSite((site) => {
    const { instanceType = GpuInstanceType.G5_XLARGE, maxNodes, driverMajor, reach, model, ...props } = overrides;
    Object.assign(site.store, reach);
    const deployment = new VllmDeployment(site.scope, 'Talk', {
      cluster: site.cluster,
      nodePool: site.pool(instanceType, maxNodes, undefined, undefined, driverMajor),
      modelStore: site.store,
      models: [{ ...CHAT, ...model }],
      ...props,
    });
    made = { deployment, site };
  });
  return { json, ...made! };
}

/** The server's container of the only deployment, or of one by its name. */
export function serverOf(json: Synthesized, name?: string): Block {
  const deployment = name ? json.byName('kubernetes_deployment_v1', name) : json.only('kubernetes_deployment_v1');
  return deployment.spec.template.spec.container[0] as Block;
}
