import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { parallelismCandidates, smallestFit } from './choose-parallelism';
import { fitOf } from './judge-fit';
import { Alternative } from './plan-parts';
import { Load, Setup, hardwareFaults, parallelismFaults, setupOf } from './setup';

const MOST_WAYS = 8;
const MOST_NODES = 8;

/** A way out with what it costs, to rank it. */
interface Ranked {
  readonly way: Alternative;
  /** Added hardware first, then how much is given up. */
  readonly rank: readonly [number, number];
}

/**
 * Changes that make a setup fit, one at a time, each tried: quantized weights, a quantized cache, fewer sequences, a shorter
 * context, more GPUs, more nodes, another instance type. Those that need no more hardware come first, then by GPU memory.
 *
 * @internal
 */
export function alternatives(setup: Setup): Alternative[] {
  const found = [
    ...precisions(setup),
    ...cachePrecision(setup),
    ...fewerSequences(setup),
    ...shorterContext(setup),
    ...moreGpus(setup),
    ...moreNodes(setup),
    ...otherTypes(setup),
  ];
  found.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.way.change < b.way.change ? -1 : 1));
  return found.slice(0, MOST_WAYS).map((ranked) => ranked.way);
}

function ranked(change: string, setup: Setup, givenUp: number): Ranked {
  const { instanceType, parallelism } = setup;
  const gpus = Math.max(parallelism.gpus, 1);
  return {
    way: {
      change,
      instanceType: instanceType.name,
      nodes: setup.nodes,
      precision: setup.precision.name,
      kvCachePrecision: setup.kvCachePrecision.name,
      contextLength: setup.contextLength,
      concurrency: setup.concurrency,
      parallelism,
      ...(setup.pricePerHour === undefined ? {} : { pricePerHour: setup.pricePerHour * setup.nodes }),
    },
    rank: [setup.nodes * instanceType.totalGpuMemory.gib + gpus * 1e-3, givenUp],
  };
}

/** A setup changed, its derived values made again. */
function changed(
  setup: Setup,
  load: Partial<Load>,
  hardware: Partial<Pick<Setup, 'instanceType' | 'precision'>>,
  parallelism: Parallelism,
): Setup {
  const instanceType = hardware.instanceType ?? setup.instanceType;
  const precision = hardware.precision ?? setup.precision;
  const sameType = instanceType === setup.instanceType;
  return setupOf(
    {
      ...setup,
      checkpointBytes: checkpointIn(setup, precision),
      askedKvPrecision: cacheWith(setup, precision),
      ...load,
    },
    {
      instanceType,
      precision,
      utilization: setup.utilization,
      pricePerHour: sameType ? setup.pricePerHour : undefined,
    },
    parallelism,
  );
}

/** A checkpoint that is larger than counted is taken to be so in other formats too; none is taken to be smaller. */
function checkpointIn({ model, precision, checkpointBytes }: Setup, other: Precision): number | undefined {
  if (checkpointBytes === undefined || other === precision) return checkpointBytes;
  const excess = checkpointBytes / model.checkpointSize(precision).bytes;
  return Math.max(1, excess) * model.checkpointSize(other).bytes;
}

/** A 32-bit cache goes with 32-bit weights only. */
function cacheWith({ askedKvPrecision }: Setup, precision: Precision): Precision | undefined {
  return askedKvPrecision === Precision.FP32 && precision !== Precision.FP32 ? undefined : askedKvPrecision;
}

function precisions(setup: Setup): Ranked[] {
  const { model, precision } = setup;
  const native = model.experts && setup.model.name.startsWith('gpt-oss');
  const { engine, instanceType } = setup;
  const usable = (p: Precision) => hardwareFaults({ model, engine }, instanceType, p).length === 0;
  return Precision.ALL.filter((p) => p.bitsPerWeight < precision.bitsPerWeight && usable(p))
    .filter((p) => p !== Precision.FP8_BLOCK && (p !== Precision.MXFP4 || native))
    .flatMap((p) => {
      if (parallelismFaults(model, setup.parallelism, p).length > 0) return [];
      const other = changed(setup, {}, { precision: p }, setup.parallelism);
      return fitOf(other).fits
        ? [ranked(`precision ${p.name} instead of ${precision.name}`, other, precision.bits / p.bits)]
        : [];
    })
    .slice(0, 2);
}

function cachePrecision(setup: Setup): Ranked[] {
  if (setup.kvCachePrecision.bits <= 8 || setup.gpu.computeCapability < 8) return [];
  const other = changed(setup, { askedKvPrecision: Precision.FP8 }, {}, setup.parallelism);
  return fitOf(other).fits ? [ranked('key-value cache in fp8', other, 1.5)] : [];
}

function fewerSequences(setup: Setup): Ranked[] {
  const most = fitOf(setup).memory.maxSequences;
  if (most < 1 || most >= setup.concurrency) return [];
  const other = changed(setup, { concurrency: most }, {}, setup.parallelism);
  return fitOf(other).fits
    ? [ranked(`${most} sequences at once instead of ${setup.concurrency}`, other, 3 + setup.concurrency / most)]
    : [];
}

function shorterContext(setup: Setup): Ranked[] {
  const { memory } = fitOf(setup);
  const { blockTokens } = setup.engine;
  const perSequence = Math.floor(memory.kvCapacityTokens / setup.concurrency / blockTokens) * blockTokens;
  // A layer with a window may need a block more, see memoryOf.
  const spare = setup.model.shape.slidingWindow ? blockTokens : 0;
  const context = Math.min(perSequence - spare, setup.contextLength - 1);
  if (context < Math.min(256, setup.contextLength / 2)) return [];
  const load = {
    contextLength: context,
    inputTokens: Math.max(1, Math.min(setup.inputTokens, Math.floor(context / 2))),
    outputTokens: Math.max(1, Math.min(setup.outputTokens, Math.floor(context / 2))),
  };
  const other = changed(setup, load, {}, setup.parallelism);
  return fitOf(other).fits
    ? [ranked(`context ${context} instead of ${setup.contextLength}`, other, 2 + setup.contextLength / context)]
    : [];
}

function moreGpus(setup: Setup): Ranked[] {
  const { model, instanceType, precision, parallelism } = setup;
  const larger = parallelismCandidates(model, instanceType, precision, 1).filter(
    (p) => p.gpusPerReplica > parallelism.gpusPerReplica,
  );
  for (const candidate of larger) {
    const other = changed(setup, {}, {}, candidate.withReplicas(parallelism.data));
    if (fitOf(other).fits) return [ranked(`${candidate} instead of ${parallelism}`, other, 0)];
  }
  return [];
}

function moreNodes(setup: Setup): Ranked[] {
  const { model, instanceType, precision, parallelism } = setup;
  const larger = parallelismCandidates(model, instanceType, precision, MOST_NODES).filter(
    (p) => p.gpusPerReplica > Math.max(instanceType.gpuCount, parallelism.gpusPerReplica),
  );
  for (const candidate of larger) {
    const other = changed(setup, {}, {}, candidate.withReplicas(parallelism.data));
    if (fitOf(other).fits) return [ranked(`${other.nodes} nodes instead of ${setup.nodes}`, other, 1)];
  }
  return [];
}

function otherTypes(setup: Setup): Ranked[] {
  const served = { model: setup.model, engine: setup.engine };
  const others = GpuInstanceType.ALL.filter((type) => type !== setup.instanceType && !type.legacy);
  const fitting = smallestHosts(others)
    .filter(
      (type) =>
        hardwareFaults({ ...served, kvCachePrecision: setup.kvCachePrecision }, type, setup.precision).length === 0,
    )
    .flatMap((instanceType) => {
      const { setup: other, fit } = smallestFit(
        setup,
        { instanceType, precision: setup.precision, utilization: setup.utilization },
        1,
      );
      return fit.fits
        ? [ranked(`instance type ${instanceType.name} instead of ${setup.instanceType.name}`, other, 0)]
        : [];
    });
  fitting.sort((a, b) => a.rank[0] - b.rank[0]);
  return fitting.slice(0, 3);
}

/** One type for each kind and number of GPUs: the one with the smallest host. */
function smallestHosts(types: readonly GpuInstanceType[]): GpuInstanceType[] {
  const smallest = new Map<string, GpuInstanceType>();
  for (const type of types) {
    const key = `${type.gpuCount} × ${type.gpu.name}`;
    const known = smallest.get(key);
    if (!known || type.memory.bytes < known.memory.bytes) smallest.set(key, type);
  }
  return [...smallest.values()];
}
