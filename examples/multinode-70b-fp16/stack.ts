import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  CloudTopology,
  EfaInstaller,
  GpuInstanceType,
  InferenceServer,
  ModelSpec,
  Parallelism,
  Placement,
  Precision,
  RdmaFabric,
  ServingImage,
  Warnings,
} from 'gpu-inference-constructs';

/** vLLM with the userspace of EFA, without which its nodes would send by TCP. The README says how it is built. */
export const IMAGE = ServingImage.vllm({
  repository: 'registry.example.com/vllm-efa',
  efa: EfaInstaller.DEFAULT,
});

/**
 * Llama-3.1-70B in FP16 with its whole context of 131,072 tokens for eight sequences at once, over two nodes of 8 x A100 40 GB: tensor
 * parallel within each, pipeline parallel over EFA. One such node has room for the weights, but not for the cache.
 */
export class Multinode70bFp16 {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly topology: CloudTopology;

  constructor(app: App) {
    this.infrastructure = new TerraformStack(app, 'multinode-70b-fp16-infrastructure');
    this.workloads = new TerraformStack(app, 'multinode-70b-fp16-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: 'us-east-1' });

    Warnings.accept(this.workloads, 'MODEL_NOT_IMPORTED', 'the README has the import, which needs a token of the hub');

    this.topology = new CloudTopology(this.infrastructure, 'Cloud', {
      clusterName: 'multinode-70b-fp16',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      server: InferenceServer.VLLM,
      nodePools: [
        {
          name: 'p4d',
          instanceType: GpuInstanceType.P4D_24XLARGE,
          minNodes: 2,
          maxNodes: 2,
          fabric: RdmaFabric.efa(),
          // Both nodes of the group in one place: stages wait for each other at every token.
          placement: Placement.clusterGroup(),
        },
      ],
      models: [
        {
          name: 'llama',
          model: ModelSpec.LLAMA_3_1_70B,
          precision: Precision.FP16,
          contextLength: 131_072,
          concurrency: 8,
          parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
        },
      ],
      // Two nodes have no room for a second group beside the first: a rollout replaces it.
      vllmServing: { servingImage: IMAGE, accessibleFrom: ['chat'], maxSurge: 0 },
      monitoringOptions: {
        alertReceivers: [AlertReceiver.slack('on-call', { webhookUrl: { name: 'alerting', key: 'slack' } })],
      },
      workloads: this.workloads,
    });
    const { endpoint } = this.topology.vllmDeployments.llama;
    new TerraformOutput(this.workloads, 'base_url', { value: endpoint, description: 'Base URL for clients of OpenAI' });
  }
}
