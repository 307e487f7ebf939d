import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  CloudTopology,
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  Placement,
  Precision,
  RdmaFabric,
  ServedModel,
  TopologyNodePool,
  Warnings,
} from 'gpu-inference-constructs';

export interface Cloud65bProps {
  /** Models in addition to the 65B. */
  readonly moreModels?: ServedModel[];
  /** Pools in addition to that of the 65B. */
  readonly morePools?: TopologyNodePool[];
  /** Whether Prometheus, Alertmanager and Grafana are installed. @default true */
  readonly monitoring?: boolean;
}

/** Slack, by the URL of an incoming webhook in a secret. */
const ON_CALL = AlertReceiver.slack('on-call', { webhookUrl: { name: 'alerting', key: 'slack' } });

/** LLaMA-65B in FP16 on 8 x A100 80 GB, twice: one replica per node, tensor parallel over the eight NVLinked cards. */
export class Cloud65b {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly topology: CloudTopology;

  constructor(app: App, props: Cloud65bProps = {}) {
    this.infrastructure = new TerraformStack(app, 'cloud-65b-infrastructure');
    this.workloads = new TerraformStack(app, 'cloud-65b-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: 'us-east-1' });

    Warnings.accept(
      this.workloads,
      'MODEL_NOT_IMPORTED',
      'the weights of LLaMA-65B are no download of a hub: they are copied by hand',
    );

    this.topology = new CloudTopology(this.infrastructure, 'Cloud', {
      clusterName: 'cloud-65b',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      nodePools: [
        {
          name: 'p4de',
          instanceType: GpuInstanceType.P4DE_24XLARGE,
          minNodes: 2,
          maxNodes: 2,
          fabric: RdmaFabric.efa(),
          placement: Placement.clusterGroup(),
        },
        ...(props.morePools ?? []),
      ],
      models: [
        {
          name: 'deepseek',
          version: '65b',
          model: ModelSpec.LLAMA_65B,
          precision: Precision.FP16,
          contextLength: 2048,
          concurrency: 8,
          parallelism: Parallelism.of({ tensor: 8 }),
          replicas: 2,
          nodePool: 'p4de',
        },
        ...(props.moreModels ?? []),
      ],
      monitoring: props.monitoring,
      monitoringOptions: props.monitoring === false ? undefined : { alertReceivers: [ON_CALL], grafana: {} },
      workloads: this.workloads,
    });
  }
}
