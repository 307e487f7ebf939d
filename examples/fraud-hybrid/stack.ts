import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  Duration,
  EdgeFallback,
  EdgeHardware,
  GatewayExposure,
  GatewayTls,
  GpuInstanceType,
  GpuType,
  HybridSite,
  HybridTopology,
  InferenceServer,
  ModelSpec,
  ModelStore,
  PowerBudget,
  Precision,
  Warnings,
} from 'gpu-inference-constructs';

/** What is not in the repository of a bank; everything else is fixed below. */
export interface FraudHybridProps {
  /** Public key of those who release models for branches, in PEM. */
  readonly releaseKey: string;
  /** Names of the branches. @default two of them */
  readonly branches?: string[];
}

/** A machine with one T4 in each branch: warnings are given there, whether the line to the cloud is up or not. */
const TERMINAL = EdgeHardware.server({
  gpu: GpuType.T4,
  vcpus: 16,
  memory: DataSize.gib(64),
  localStorage: DataSize.gb(960),
});

/** Risk control of a bank: a quantised 13B warns in the branches within their walls; 65B in the cloud reads what is long. */
export class FraudHybrid {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  /** A stack for each branch: one more changes none of the others. */
  public readonly branches: TerraformStack[];
  public readonly topology: HybridTopology;

  constructor(app: App, { releaseKey, branches = ['branch-1', 'branch-2'] }: FraudHybridProps) {
    const stackOf = (id: string) => {
      const stack = new TerraformStack(app, `fraud-hybrid-${id}`);
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
      return stack;
    };
    this.infrastructure = stackOf('infrastructure');
    this.workloads = stackOf('workloads');
    this.branches = branches.map(stackOf);
    new AwsProvider(this.infrastructure, 'Aws', { region: 'eu-central-1' });
    const accepted = {
      MODEL_NOT_IMPORTED: 'the weights of LLaMA-65B are copied by hand',
      NO_LOAD_BALANCER_CONTROLLER: 'the AWS Load Balancer Controller is installed by those who keep its rights',
      SITES_WITHOUT_PASSWORD:
        'the entrance before Prometheus asks for a user and a password, and runs in its namespace',
    };
    for (const stack of [this.infrastructure, this.workloads]) {
      for (const [id, reason] of Object.entries(accepted)) Warnings.accept(stack, id, reason);
    }

    this.topology = new HybridTopology(this.infrastructure, 'Fraud', {
      cloud: {
        clusterName: 'fraud-hybrid',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        server: InferenceServer.VLLM,
        models: [
          {
            name: 'risk-65b',
            version: '1',
            model: ModelSpec.LLAMA_65B,
            precision: Precision.FP16,
            contextLength: 2048,
            concurrency: 16,
            nodePool: 'p4de',
          },
        ],
        nodePools: [{ name: 'p4de', instanceType: GpuInstanceType.P4DE_24XLARGE, minNodes: 1, maxNodes: 1 }],
        vllmServing: { maxSurge: 0 },
        workloads: this.workloads,
        monitoringOptions: {
          alertReceivers: [AlertReceiver.slack('on-call', { webhookUrl: { name: 'alerting', key: 'slack' } })],
        },
      },
      // The name resolves to the load balancer of the gateway; its secret has a key for each branch.
      gateway: {
        url: 'https://models.fraud.example.com/v1',
        siteKeys: 'branch-keys',
        options: { tls: GatewayTls.secret('gateway-tls'), exposure: GatewayExposure.public() },
      },
      // Of the Prometheus of the cloud, behind an entrance with a certificate and a user for each branch.
      hub: { url: 'https://hub.fraud.example.com/api/v1/write', password: { name: 'hub', key: 'password' } },
      routing: {
        models: { risk: { cloudModel: 'risk-65b' } },
        // What is long is complex: of tokens of the prompt and the answer together.
        atMost: { totalTokens: 1024 },
        fallback: EdgeFallback.SITE_ANSWERS,
        // Names and accounts of customers never leave the branch, whatever fails.
        mustStayLocal: { headers: { 'x-data-class': ['personal'] } },
        maxSiteRequests: 8,
        cloudCalls: { maxRequests: 8, breaker: { failures: 5, openFor: Duration.seconds(30) } },
      },
      sites: branches.map((branch, index) => this.#site(branch, this.branches[index], releaseKey)),
    });
  }

  #site(branch: string, scope: TerraformStack, releaseKey: string): HybridSite {
    return {
      scope,
      site: branch,
      hardware: TERMINAL,
      // One request at a time is answered at once; the format is the widest that fits beside it.
      models: [
        {
          name: 'risk-13b',
          servedModelNames: ['risk'],
          model: ModelSpec.LLAMA_2_13B,
          contextLength: 2048,
          concurrency: 2,
          gpuMemoryUtilization: 0.89,
        },
      ],
      powerBudget: PowerBudget.ofGpus(65),
      maxUplinkOutage: Duration.hours(72),
      modelStore: ModelStore.s3Compatible(scope, 'Models', {
        bucketName: 'risk-models',
        endpoint: 'https://objects.fraud.example.com',
        credentials: { name: 'model-store' },
      }),
      // New versions come signed, at night, and never take the whole line.
      sync: {
        keys: [{ publicKey: releaseKey }],
        windows: [{ start: '22:00', duration: Duration.hours(6), timeZone: 'Europe/Berlin' }],
        maxMegabitsPerSecond: 20,
      },
      vllmServing: { maxSurge: 0 },
      // A receiver in the branch is told while the line is cut.
      monitoringOptions: {
        alertReceivers: [AlertReceiver.webhook('branch', { url: `https://alerts.${branch}.example.com/hook` })],
      },
    };
  }
}
