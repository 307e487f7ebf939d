import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack } from 'cdktf';
import {
  Duration,
  EdgeFallback,
  GatewayExposure,
  GatewayTls,
  GpuInstanceType,
  HybridSite,
  HybridTopology,
  HybridTopologyProps,
  InferenceServer,
  ModelSpec,
  ModelStore,
  Precision,
} from '../../../lib';
import { CHAT, t4 } from '../edge/edge-site';
import { testApp } from '../../support/synth';

/** What goes where: the larger model is the cloud's, personal data stay. */
export const ROUTING = {
  models: { chat: { cloudModel: 'chat-65b' } },
  fallback: EdgeFallback.SITE_ANSWERS,
  mustStayLocal: { headers: { 'x-data-class': ['personal'] } },
};

export const HUB = { url: 'https://hub.example.com/api/v1/write', password: { name: 'hub', key: 'password' } };

/** A site with one T4, in a stack of its own. */
export function siteOf(app: App, site: string, props: Partial<HybridSite> = {}): HybridSite {
  return siteIn(new TerraformStack(app, site), site, props);
}

/** The same in a stack that there is. */
export function siteIn(scope: TerraformStack, site: string, props: Partial<HybridSite> = {}): HybridSite {
  return {
    scope,
    site,
    hardware: t4(),
    models: [{ ...CHAT, servedModelNames: ['chat'] }],
    modelStore: ModelStore.s3Compatible(scope, 'Models', {
      ...{ bucketName: 'models', endpoint: 'https://objects.example.com', credentials: { name: 'model-store' } },
    }),
    monitoringOptions: { alertReceivers: [] },
    maxUplinkOutage: Duration.hours(72),
    ...props,
  };
}

/** What runs in the cloud. */
export const CLOUD = {
  clusterName: 'fraud',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  models: [
    { name: 'chat-65b', model: ModelSpec.LLAMA_65B, precision: Precision.FP16, contextLength: 2048, concurrency: 8 },
  ],
  nodePools: [{ name: 'p4de', instanceType: GpuInstanceType.P4DE_24XLARGE, minNodes: 1, maxNodes: 1 }],
};

export interface Hybrid {
  readonly app: App;
  readonly stack: TerraformStack;
  readonly workloads: TerraformStack;
}

/** The stacks of a cloud. */
export function cloudStacks(app: App = testApp()): Hybrid {
  const stack = new TerraformStack(app, 'cloud');
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
  return { app, stack, workloads: new TerraformStack(app, 'workloads') };
}

/** A cloud of our own with sites. */
export function ownCloud(
  { stack, workloads }: Hybrid,
  sites: HybridSite[],
  props: Partial<HybridTopologyProps> = {},
): HybridTopology {
  return new HybridTopology(stack, 'Fraud', {
    cloud: { ...CLOUD, server: InferenceServer.VLLM, workloads, monitoringOptions: { alertReceivers: [] } },
    gateway: {
      url: 'https://models.example.com/v1',
      options: { tls: GatewayTls.secret('gateway-tls'), exposure: GatewayExposure.public() },
    },
    hub: HUB,
    routing: ROUTING,
    sites,
    ...props,
  });
}

/** Sites of a cloud that somebody else runs. */
export function otherCloud(
  stack: TerraformStack,
  sites: HybridSite[],
  props: Partial<HybridTopologyProps> = {},
  id = 'Fleet',
) {
  return new HybridTopology(stack, id, {
    gateway: { url: 'https://models.example.com/v1', models: ['chat-65b'] },
    hub: HUB,
    routing: ROUTING,
    sites,
    ...props,
  });
}
