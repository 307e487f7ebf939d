import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  Duration,
  EdgeBootstrap,
  EdgeHardware,
  EdgeTopology,
  GpuType,
  ModelSpec,
  ModelStore,
  PowerBudget,
} from 'gpu-inference-constructs';

/** Parameters of the site; everything else is fixed below. */
export interface EdgeT4Props {
  /**
   * T4s of the machine. The planner takes what fits: INT4 on one, INT8 on two, FP16 on four. In FP16 one and two are refused, with what lacks.
   * @default 1
   */
  readonly cards?: number;
}

/** Llama 2 13B at a till that may be cut off from its cloud for three days. No AWS account is involved. */
export class EdgeT4 {
  public readonly stack: TerraformStack;
  public readonly topology: EdgeTopology;
  /** The files that make the machine the site's cluster. */
  public readonly bootstrap: EdgeBootstrap;

  constructor(app: App, { cards = 1 }: EdgeT4Props = {}) {
    this.stack = new TerraformStack(app, 'edge-t4');
    new LocalBackend(this.stack, { path: `../../../terraform.${this.stack.node.id}.tfstate` });

    const hardware = EdgeHardware.server({
      gpu: GpuType.T4,
      gpuCount: cards,
      vcpus: 16,
      memory: DataSize.gib(64),
      localStorage: DataSize.gb(960),
    });
    const maxUplinkOutage = Duration.hours(72);
    this.topology = new EdgeTopology(this.stack, 'Till', {
      site: 'till-1',
      hardware,
      // One conversation at a time; what vLLM takes beside its share of the memory, CUDA graphs among it, has room.
      models: [
        {
          model: ModelSpec.LLAMA_2_13B,
          contextLength: 4096,
          concurrency: 1,
          gpuMemoryUtilization: 0.89,
        },
      ],
      maxUplinkOutage,
      // A T4 takes up to 70 W; the cabinet cools 65 W of each.
      powerBudget: PowerBudget.ofGpus(65 * cards),
      // The secret was created in the cluster; no part of it is in the state.
      modelStore: ModelStore.s3Compatible(this.stack, 'Models', {
        bucketName: 'models',
        endpoint: 'https://objects.example.com',
        credentials: { name: 'model-store' },
      }),
      // One server on one machine: a rollout stops it until the new one serves.
      vllmServing: { maxSurge: 0 },
      monitoringOptions: {
        // A receiver at the site is told while the link is cut.
        alertReceivers: [AlertReceiver.webhook('till', { url: 'https://alerts.till-1.example.com/hook' })],
        uplink: { url: 'https://hub.example.com/api/v1/write', maxOutage: maxUplinkOutage },
      },
    });

    this.bootstrap = new EdgeBootstrap({
      hardware,
      nodeName: 'till-1',
      nodeLabels: this.topology.nodePool.nodeSelector,
      power: this.topology.power,
    });
  }
}
