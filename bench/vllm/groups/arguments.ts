import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  Parallelism,
  Precision,
  VllmDeployment,
} from '../../../lib';
import { KubernetesManifests } from '../../../lib/manifests';
import { CapacityPlan, CapacityPlanner, NodeNetwork } from '../../../lib/planning';

/** A model over two nodes of one H200 each. */
export interface GroupCase {
  readonly name: string;
  /** Of `configs/`, or of this folder. */
  readonly config: string;
  readonly parallelism: Parallelism;
  readonly precision: Precision;
}

const RANKS = Parallelism.of({ tensor: 1, data: 2, expert: 2 });

export const CASES: readonly GroupCase[] = [
  { name: 'v2-lite-ranks', config: '../configs/deepseek-v2-lite.json', parallelism: RANKS, precision: Precision.BF16 },
  { name: 'v3-7-layers-ranks', config: 'deepseek-v3-7-layers.json', parallelism: RANKS, precision: Precision.FP8 },
  {
    name: 'llama-3.1-8b-stages',
    config: '../configs/llama-3.1-8b.json',
    parallelism: Parallelism.of({ tensor: 1, pipeline: 2 }),
    precision: Precision.BF16,
  },
];

const NODE = GpuNodeType.custom({
  name: 'one-h200',
  gpu: GpuType.H200,
  gpuCount: 1,
  vcpus: 16,
  memory: DataSize.gib(128),
  localStorage: DataSize.gb(3000),
});
const LOAD = { contextLength: 16_384, concurrency: 16 };

/** The `config.json` of a case, as text, so that numbers stay as they are written. */
function configOf({ config }: GroupCase): string {
  const { config: model } = JSON.parse(readFileSync(path.join(__dirname, config), 'utf8')) as { config: object };
  return JSON.stringify(model);
}

/** The model of a case. */
export const modelOf = (each: GroupCase): ModelSpec => ModelSpec.fromHuggingFaceConfig(each.name, configOf(each));

/** What is planned for a case. */
export function planOf(each: GroupCase): CapacityPlan {
  const { parallelism, precision } = each;
  return CapacityPlanner.plan({
    ...{ model: modelOf(each), instanceType: NODE, parallelism, precision, network: NodeNetwork.TCP },
    ...LOAD,
  });
}

/** How a deployment starts the two pods of a case. */
export function podsOf(each: GroupCase): { readonly leader: object; readonly worker: object } {
  const outdir = mkdtempSync(path.join(tmpdir(), 'groups-'));
  try {
    const stack = new TerraformStack(new App({ outdir, stackTraces: false }), 'groups');
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'bench' });
    KubernetesAccess.of(stack, cluster);
    const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
      ...{ cluster, hardware: NODE, nodes: 2, nodeSelector: { 'example.com/rack': 'bench' } },
    });
    const modelStore = ModelStore.s3Compatible(stack, 'Store', {
      ...{ bucketName: 'models', endpoint: 'https://objects.example.com', credentials: { name: 'model-store' } },
    });
    const { parallelism, precision } = each;
    const models = [{ name: 'm', model: modelOf(each), parallelism, precision, ...LOAD }];
    new VllmDeployment(stack, 'Bench', { cluster, nodePool, modelStore, maxSurge: 0, models });
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    const group = objects.find(({ kind }) => kind === 'LeaderWorkerSet') as { spec: { [name: string]: any } };
    const { leaderTemplate, workerTemplate } = group.spec.leaderWorkerTemplate;
    const [leader, worker] = [leaderTemplate, workerTemplate].map((template) => {
      const { command, args } = template.spec.containers[0] as { command: string[]; args: string[] };
      return { command, args };
    });
    return { leader, worker };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Writes what `measure.py` starts: `npx tsx bench/vllm/groups/arguments.ts FILE`. */
if (require.main === module) {
  const cases = CASES.map((each) => [each.name, { config: configOf(each), ...podsOf(each) }] as const);
  writeFileSync(process.argv[2], `${JSON.stringify(Object.fromEntries(cases), null, 2)}\n`);
}
