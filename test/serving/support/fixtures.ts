import { Construct } from 'constructs';
import { GpuNodeType, GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../../lib/catalog';
import {
  IAwsRole,
  IGpuNodePool,
  IKubernetesCluster,
  IModelStore,
  IRdmaFabric,
  ModelStoreCredentials,
  NodeTaint,
} from '../../../lib/core';
import { ClusterNodePools } from '../../../lib/scheduling';
import { TensorDataType, TritonDeployment, TritonDeploymentProps, TritonModel } from '../../../lib/serving';
import { Block, Synthesized, synthesize } from '../../support/synth';
import { TestCluster, testCluster } from '../../support/test-cluster';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

/** A pool without resources. */
export class TestPool extends Construct implements IGpuNodePool {
  public readonly poolName: string;
  public readonly minNodes = 0;
  public readonly nodeLabels: { [key: string]: string };
  public readonly nodeSelector: { [key: string]: string };
  public readonly taints: NodeTaint[] = [{ key: 'nvidia.com/gpu', value: 'present', effect: TaintEffect.NO_SCHEDULE }];
  public readonly efaInterfacesPerNode = 0;
  public readonly ready = [];

  public constructor(
    scope: Construct,
    id: string,
    public readonly cluster: IKubernetesCluster,
    public readonly hardware: GpuNodeType,
    public readonly maxNodes = 2,
    public readonly fabric?: IRdmaFabric,
    public readonly driverMajor?: number,
  ) {
    super(scope, id);
    this.poolName = id;
    this.nodeLabels = { 'gpu-inference-constructs/pool': id, 'nvidia.com/gpu.present': 'true' };
    this.nodeSelector = { 'gpu-inference-constructs/pool': id };
    ClusterNodePools.add(this);
  }
}

/** A store without resources that notes who was granted what. */
export class TestStore extends Construct implements IModelStore {
  public readonly bucketName = 'models';
  public readonly bucketArn = 'arn:aws:s3:::models';
  public readonly region = 'eu-central-1';
  public readonly grants: string[] = [];
  public credentials?: ModelStoreCredentials;
  public endpoint?: string;

  public grantRead(role: IAwsRole, prefix = ''): void {
    this.grants.push(`read ${role.roleName} ${prefix}`.trim());
  }

  public grantReadWrite(role: IAwsRole, prefix = ''): void {
    this.grants.push(`write ${role.roleName} ${prefix}`.trim());
  }

  public uriFor(model: string, version?: string): string {
    return `s3://models/${model}${version ? `/${version}` : ''}`;
  }
}

export interface Site {
  readonly scope: Construct;
  readonly cluster: TestCluster;
  readonly store: TestStore;
  pool(instanceType: GpuNodeType, maxNodes?: number, name?: string, fabric?: IRdmaFabric, driver?: number): TestPool;
}

/** A stack with a cluster, a store and as many pools as a test asks for. */
export function withSite(build: (site: Site) => void): Synthesized {
  return synthesize((stack) => {
    const cluster = testCluster(stack);
    build({
      scope: stack,
      cluster,
      store: new TestStore(stack, 'Store'),
      pool: (instanceType, maxNodes, name = 'gpu', fabric, driver) =>
        new TestPool(stack, name, cluster, instanceType, maxNodes, fabric, driver),
    });
  });
}

export const llama8b = TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B });

export const llama65b = TritonModel.vllm({
  name: 'deepseek',
  version: '65b',
  model: ModelSpec.LLAMA_65B,
  precision: Precision.FP16,
  parallelism: Parallelism.of({ tensor: 8 }),
  contextLength: 2048,
});

export const onnxProps = {
  name: 'fraud',
  inputs: [{ name: 'features', dataType: TensorDataType.FP32, dims: [128] }],
  outputs: [{ name: 'score', dataType: TensorDataType.FP32, dims: [1] }],
  maxBatchSize: 32,
};

/** What a test of a deployment may say; the rest is an 8B model on g5.xlarge. */
export type DeploymentOverrides = Partial<TritonDeploymentProps> & {
  readonly instanceType?: GpuNodeType;
  readonly maxNodes?: number;
  readonly fabric?: IRdmaFabric;
  readonly driverMajor?: number;
  /** How pods reach the store. */
  readonly reach?: { readonly credentials: ModelStoreCredentials; readonly endpoint?: string };
};

/** A deployment in a site of its own. */
export function deploy(overrides: DeploymentOverrides = {}): {
  json: Synthesized;
  deployment: TritonDeployment;
  site: Site;
} {
  let made: { deployment: TritonDeployment; site: Site } | undefined;
  const json = withSite((site) => {
    const { instanceType = GpuInstanceType.G5_XLARGE, maxNodes, fabric, driverMajor, reach, ...props } = overrides;
    Object.assign(site.store, reach);
    const deployment = new TritonDeployment(site.scope, 'Chat', {
      cluster: site.cluster,
      nodePool: site.pool(instanceType, maxNodes, undefined, fabric, driverMajor),
      modelStore: site.store,
      models: [llama8b],
      ...props,
    });
    made = { deployment, site };
  });
  return { json, ...made! };
}

/** The pod template of the only deployment. */
export function podOf(json: Synthesized): Block {
  return json.only('kubernetes_deployment_v1').spec.template.spec;
}

/** A file of the only config map, as the container sees it. */
export function fileOf(json: Synthesized, key: string): string {
  return (json.only('kubernetes_config_map_v1').data[key] as string).replace(/([$%])\1\{/g, '$1{');
}
