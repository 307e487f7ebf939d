import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelPipeline,
  ModelSpec,
  ModelStep,
  ModelStore,
  NodeAgents,
  PipelineEnvironment,
  PipelineImage,
  Precision,
  QualityGate,
  VllmDeployment,
} from 'gpu-inference-constructs';

/** A 13B model is made to fit one small GPU of an edge site, in 4 and in 8 bits, and published where it is still good. No AWS account is involved. */
export class Optimise13bForEdge {
  public readonly hall: TerraformStack;
  public readonly edge: TerraformStack;
  public readonly int4: ModelPipeline;
  public readonly int8: ModelPipeline;
  public readonly deployment: VllmDeployment;

  constructor(app: App) {
    this.hall = new TerraformStack(app, 'optimise-13b-hall');
    this.edge = new TerraformStack(app, 'optimise-13b-edge');
    for (const stack of [this.hall, this.edge]) {
      // Terraform runs in cdktf.out/stacks/<stack>: the same relative path works for the stack and for those that refer to it.
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    this.edge.addDependency(this.hall);

    const hall = KubernetesCluster.fromKubeconfig(this.hall, 'Hall', {
      configPath: '~/.kube/config',
      context: 'hall-1',
    });
    KubernetesAccess.of(this.hall, hall);
    const workshop = new ExistingGpuNodePool(this.hall, 'Workshop', {
      cluster: hall,
      hardware: GpuNodeType.custom({
        name: 'workshop-l40s',
        gpu: GpuType.L40S,
        gpuCount: 1,
        vcpus: 32,
        memory: DataSize.gib(256),
        localStorage: DataSize.gb(1920),
        interconnect: GpuInterconnect.PCIE,
        networkBandwidthGbps: 25,
      }),
      nodes: 1,
      nodeSelector: { 'example.com/rack': 'workshop' },
    });
    new NodeAgents(this.hall, 'Agents', { cluster: hall });

    // An object store that both sites reach. Its secret was created in both clusters; no part of it is in a state.
    const modelStore = ModelStore.s3Compatible(this.hall, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.hall-1.example',
      credentials: { name: 'model-store' },
    });

    // Folders of the store: the model in 16 bits, and a text like what the site will ask.
    const text = { name: 'site-questions', file: 'questions.txt' };
    const shared = {
      cluster: hall,
      modelStore,
      nodePool: workshop,
      // Checks run on processors.
      cpus: 24,
      modelName: ModelSpec.LLAMA_2_13B.name,
      model: ModelSpec.LLAMA_2_13B,
      precision: Precision.FP16,
      gate: QualityGate.of({ text, accuracyLossPercent: 2 }),
      // By the digest that its registry gave it. `PipelineImage.writeTo` writes what it is built from.
      pipelineImage: PipelineImage.cuda(PipelineEnvironment.COMPRESSOR, {
        repository: 'registry.hall-1.example/model-pipeline',
        digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
      }),
    };
    this.int4 = new ModelPipeline(this.hall, 'Int4', { ...shared, steps: [ModelStep.gptq({ text })] });
    this.int8 = new ModelPipeline(this.hall, 'Int8', { ...shared, steps: [ModelStep.w8a8({ calibration: { text } })] });

    const site = KubernetesCluster.fromKubeconfig(this.edge, 'Site', {
      configPath: '~/.kube/config',
      context: 'edge-1',
    });
    KubernetesAccess.of(this.edge, site);
    const small = new ExistingGpuNodePool(this.edge, 'Small', {
      cluster: site,
      hardware: GpuNodeType.custom({
        name: 'edge-l4',
        gpu: GpuType.L4,
        gpuCount: 1,
        vcpus: 16,
        memory: DataSize.gib(64),
        localStorage: DataSize.gb(480),
        interconnect: GpuInterconnect.PCIE,
        networkBandwidthGbps: 10,
      }),
      nodes: 1,
      nodeSelector: { 'example.com/gpu': 'l4' },
    });
    new NodeAgents(this.edge, 'Agents', { cluster: site });
    // Planned by what the pipeline writes, and rolled out once it is published. In 16 bits it does not fit this GPU.
    this.deployment = new VllmDeployment(this.edge, 'Chat', {
      cluster: site,
      nodePool: small,
      modelStore,
      models: [{ ...this.int4.output, contextLength: 4096 }],
      accessibleFrom: ['counter'],
      maxSurge: 0,
    });
  }
}
