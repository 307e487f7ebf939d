import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  EdgeFallback,
  EdgeHardware,
  FleetSite,
  GpuType,
  HybridTopology,
  ModelSpec,
  ModelStore,
  Parallelism,
  ServedModel,
  SiteFleet,
} from 'gpu-inference-constructs';

/** What a site of a kind is; the table says which site is of which. */
interface SiteKind {
  readonly hardware: EdgeHardware;
  readonly models: ServedModel[];
}

const server = (gpu: GpuType, gpuCount = 1) =>
  EdgeHardware.server({
    gpu,
    gpuCount,
    vcpus: 16,
    memory: DataSize.gib(64),
    localStorage: DataSize.gb(960),
  });

const chat = (concurrency: number, more: Partial<ServedModel> = {}): ServedModel[] => [
  {
    name: 'chat-13b',
    version: '1',
    servedModelNames: ['chat'],
    model: ModelSpec.LLAMA_2_13B,
    contextLength: 4096,
    concurrency,
    // What vLLM takes beside its share of the memory, CUDA graphs among it, has room.
    gpuMemoryUtilization: 0.88,
    ...more,
  },
];

const KINDS: { [kind: string]: SiteKind } = {
  kiosk: { hardware: server(GpuType.T4), models: chat(1, { gpuMemoryUtilization: 0.89 }) },
  shop: { hardware: server(GpuType.L4), models: chat(2) },
  // Its cards have no NVLink: layers are divided, not the matrices of each.
  depot: {
    hardware: server(GpuType.L4, 2),
    models: chat(8, { parallelism: Parallelism.of({ tensor: 1, pipeline: 2 }) }),
  },
};

/** As many sites as a table has, each with a stack of its own, before a cloud that somebody else runs. */
export class FleetOfSites {
  public readonly fleet: SiteFleet;
  public readonly topology: HybridTopology;

  constructor(app: App, table: string) {
    this.fleet = SiteFleet.fromCsv(table, {
      kinds: Object.keys(KINDS),
      rings: ['canary', 'early', 'rest'],
      labels: ['country'],
    });
    // It has no resources: what it makes is in the stacks of the sites.
    const fleet = new TerraformStack(app, 'fleet');
    new LocalBackend(fleet, { path: '../../../terraform.fleet.tfstate' });

    this.topology = new HybridTopology(fleet, 'Fleet', {
      gateway: { url: 'https://models.example.com/v1', models: ['chat-65b'] },
      hub: { url: 'https://hub.example.com/api/v1/write', password: { name: 'hub', key: 'password' } },
      routing: { models: { chat: { cloudModel: 'chat-65b' } }, fallback: EdgeFallback.SITE_ANSWERS },
      sites: this.fleet.sites.map((row) => this.#site(app, row)),
    });
  }

  #site(app: App, row: FleetSite) {
    const scope = new TerraformStack(app, `site-${row.site}`);
    new LocalBackend(scope, { path: `../../../terraform.${scope.node.id}.tfstate` });
    const { site, kind = '', nodes, maxUplinkOutage = Duration.hours(72), powerBudget, revoked, labels } = row;
    return {
      ...KINDS[kind],
      scope,
      site,
      nodes,
      maxUplinkOutage,
      powerBudget,
      revoked,
      modelStore: ModelStore.s3Compatible(scope, 'Models', {
        bucketName: 'models',
        endpoint: `https://objects.${labels.country}.example.com`,
        credentials: { name: 'model-store' },
      }),
      vllmServing: { maxSurge: 0 },
      // Alerts of all sites are seen at the hub.
      monitoringOptions: { alertReceivers: [] },
    };
  }
}
