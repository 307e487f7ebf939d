import { Construct } from 'constructs';
import { GpuInstanceType, GpuNodeType, ModelSpec } from '../../../lib/catalog';
import { IRdmaFabric, ModelStoreCredentials } from '../../../lib/core';
import {
  KServeInferenceService,
  KServeInferenceServiceProps,
  KServeLlmInferenceServiceProps,
} from '../../../lib/serving';
import { Block, Synthesized } from '../../support/synth';
import { Site, withSite } from './fixtures';

/** What a test of a service may say; the rest is an 8B model on g5.xlarge. */
export type Overrides<Props> = Partial<Props> & {
  readonly instanceType?: GpuNodeType;
  readonly maxNodes?: number;
  readonly fabric?: IRdmaFabric;
  /** How pods reach the store. */
  readonly reach?: { readonly credentials: ModelStoreCredentials; readonly endpoint?: string };
};
export type KServeOverrides = Overrides<KServeInferenceServiceProps>;

/** A kind of service. */
type Kind<Props, Service> = new (scope: Construct, id: string, props: Props) => Service;

/** A service in a site of its own. */
export function serveIn<Props extends KServeInferenceServiceProps | KServeLlmInferenceServiceProps, Service>(
  kind: Kind<Props, Service>,
  overrides: Overrides<Props>,
): { json: Synthesized; service: Service; site: Site } {
  let made: { service: Service; site: Site } | undefined;
  const json = withSite((site) => {
    const { instanceType = GpuInstanceType.G5_XLARGE, maxNodes, fabric, reach, ...props } = overrides;
    Object.assign(site.store, reach);
    const service = new kind(site.scope, 'Chat', {
      cluster: site.cluster,
      nodePool: site.pool(instanceType, maxNodes, undefined, fabric),
      modelStore: site.store,
      modelPath: 'llama/8b',
      model: ModelSpec.LLAMA_3_1_8B,
      ...props,
    } as unknown as Props);
    made = { service, site };
  });
  return { json, ...made! };
}

/** A service of KServe in a site of its own. */
export const serveByKServe = (overrides: KServeOverrides = {}) => serveIn(KServeInferenceService, overrides);

/** The custom resources of the only service, by their kinds. */
export function resourcesOf(json: Synthesized, release = 'chat-kserve'): { readonly [kind: string]: Block } {
  const [found] = json.resources('helm_release').filter(({ name }) => name === release);
  const { resources } = JSON.parse((found.values as string[])[0].replace(/\$\$\{/g, '${')) as { resources: Block[] };
  return Object.fromEntries(resources.map((resource) => [resource.kind as string, resource]));
}
