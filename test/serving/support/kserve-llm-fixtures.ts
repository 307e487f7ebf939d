import { GpuInstanceType, GpuNodeType, ModelSpec } from '../../../lib/catalog';
import { IRdmaFabric, ModelStoreCredentials } from '../../../lib/core';
import { KServeLlmInferenceService, KServeLlmInferenceServiceProps } from '../../../lib/serving';
import { Synthesized } from '../../support/synth';
import { Site, withSite } from './fixtures';

/** What a test of a service may say; the rest is an 8B model on g5.xlarge. */
export type KServeLlmOverrides = Partial<KServeLlmInferenceServiceProps> & {
  readonly instanceType?: GpuNodeType;
  readonly maxNodes?: number;
  readonly fabric?: IRdmaFabric;
  /** How pods reach the store. */
  readonly reach?: { readonly credentials: ModelStoreCredentials; readonly endpoint?: string };
};

/** An LLMInferenceService in a site of its own. */
export function serveLlm(overrides: KServeLlmOverrides = {}): {
  json: Synthesized;
  service: KServeLlmInferenceService;
  site: Site;
} {
  let made: { service: KServeLlmInferenceService; site: Site } | undefined;
  const json = withSite((site) => {
    const { instanceType = GpuInstanceType.G5_XLARGE, maxNodes, fabric, reach, ...props } = overrides;
    Object.assign(site.store, reach);
    const service = new KServeLlmInferenceService(site.scope, 'Chat', {
      cluster: site.cluster,
      nodePool: site.pool(instanceType, maxNodes, undefined, fabric),
      modelStore: site.store,
      modelPath: 'llama/8b',
      model: ModelSpec.LLAMA_3_1_8B,
      ...props,
    });
    made = { service, site };
  });
  return { json, ...made! };
}
