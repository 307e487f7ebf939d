import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { addedCost, cheapestHosts, compareCosts } from './alternative-cost';
import { dataParallelAttention, parallelismCandidates, smallestFit } from './choose-parallelism';
import { fitOf } from './memory-fit';
import { cacheLayout } from './cache-pool';
import { Alternative } from './plan-parts';
import { MediaInput } from './capacity-request';
import { Configuration, Load, leastStep, sequencesPerRank } from './configuration';
import { loadedEncoders } from './encoder-memory';
import { parallelismFaults } from './parallelism-faults';
import { choiceFaults, hardwareFaults } from './request-faults';
import { settledConfiguration } from './scheduled-sequences';
import { estimate } from './serving-estimate';
import { drafts } from './speculation-faults';
import { computesNvfp4 } from './weight-only-nvfp4';

const MAX_ALTERNATIVES = 8;
/** What engineers raise the utilization to on a GPU that serves one model alone; runs with 0.96 and 0.97 are in bench/planner. */
const HIGH_UTILIZATION = 0.95;
const FEW_SEQUENCES = 64;
/**
 * vLLM's default of `max_num_batched_tokens` on GPUs below 70 GiB; and what ranks that exchange tokens are started with, whose buffers hold the steps
 * of all: 512 for DeepSeek-V4 on sixteen H100 (SemiAnalysisAI/InferenceX#1142).
 */
const SMALL_STEP = 2048;
const SMALLER_STEPS = [1024, 512];
const MAX_NODES = 8;

/** An alternative with what it costs, to rank it. */
interface Ranked {
  readonly alternative: Alternative;
  /** Added hardware first, then how much is given up. */
  readonly rank: readonly [number, number];
}

/**
 * Single changes that make a configuration fit, each of them evaluated: other settings of the engine (several of them where one is not
 * enough), no speculative decoding, quantized weights, a quantized cache, fewer sequences, a shorter context, more GPUs, more nodes, another instance type. Changes
 * that need no more hardware come first; the others follow by list price, then by GPU memory.
 *
 * @internal
 */
export function alternatives(configuration: Configuration): Alternative[] {
  const settings = engineSettings(configuration);
  const found = [
    ...settings,
    ...withoutSpeculation(configuration, settings.length === 0),
    ...lessMedia(configuration),
    ...precisions(configuration),
    ...cachePrecision(configuration),
    ...fewerScheduled(configuration),
    ...fewerSequences(configuration),
    ...shorterContext(configuration),
    ...moreGpus(configuration),
    ...attentionRanks(configuration),
    ...moreNodes(configuration),
    ...otherTypes(configuration),
  ].filter(({ alternative }) => {
    // Of several data-parallel ranks each has a scheduler of its own, of one replica elsewhere there may be one.
    const { parallelism, maxSequences, concurrency } = alternative;
    return concurrency <= parallelism.attentionRanks * maxSequences;
  });
  const cost = ({ alternative }: Ranked) => addedCost(configuration, alternative);
  found.sort(
    (a, b) =>
      compareCosts(cost(a), cost(b)) ||
      a.rank[0] - b.rank[0] ||
      a.rank[1] - b.rank[1] ||
      (a.alternative.change < b.alternative.change ? -1 : 1),
  );
  return found.slice(0, MAX_ALTERNATIVES).map((ranked) => ranked.alternative);
}

function ranked(change: string, configuration: Configuration, givenUp: number): Ranked {
  const { instanceType, parallelism } = configuration;
  const gpus = Math.max(parallelism.gpus, 1);
  return {
    alternative: {
      change,
      instanceType,
      nodes: configuration.nodes,
      precision: configuration.precision,
      kvCachePrecision: configuration.kvCachePrecision,
      contextLength: configuration.contextLength,
      concurrency: configuration.concurrency,
      parallelism,
      gpuMemoryUtilization: configuration.gpuMemoryUtilization,
      maxSequences: configuration.maxSequences,
      maxBatchedTokens: configuration.maxBatchedTokens,
      ...(configuration.model.shape.encoders?.length ? { mediaInput: configuration.mediaInput } : {}),
      ...(configuration.speculativeDecoding ? { speculativeDecoding: configuration.speculativeDecoding } : {}),
      ...(configuration.pricePerHour === undefined
        ? {}
        : { pricePerHour: configuration.pricePerHour * configuration.nodes }),
    },
    rank: [configuration.nodes * instanceType.totalGpuMemory.gib + gpus * 1e-3, givenUp],
  };
}

/** A changed configuration, with its derived values computed again. */
function changed(
  configuration: Configuration,
  load: Partial<Load>,
  hardware: Partial<Pick<Configuration, 'instanceType' | 'precision'>>,
  parallelism: Parallelism,
): Configuration {
  const instanceType = hardware.instanceType ?? configuration.instanceType;
  const precision = hardware.precision ?? configuration.precision;
  const sameType = instanceType.name === configuration.instanceType.name;
  return settledConfiguration(
    {
      ...configuration,
      checkpointBytes: checkpointIn(configuration, precision),
      requestedKvCachePrecision: cacheWith(configuration, precision),
      ...load,
    },
    {
      instanceType,
      precision,
      utilization: configuration.utilization,
      pricePerHour: sameType ? configuration.pricePerHour : undefined,
    },
    parallelism,
  );
}

/** A checkpoint that is larger than counted is assumed to be larger in other formats too, never smaller. */
function checkpointIn({ model, precision, checkpointBytes }: Configuration, other: Precision): number | undefined {
  if (checkpointBytes === undefined || other.name === precision.name) return checkpointBytes;
  const excess = checkpointBytes / model.checkpointSize(precision).bytes;
  return Math.max(1, excess) * model.checkpointSize(other).bytes;
}

/** A 32-bit cache requires 32-bit weights. */
function cacheWith({ requestedKvCachePrecision }: Configuration, precision: Precision): Precision | undefined {
  return requestedKvCachePrecision?.name === Precision.FP32.name && precision.name !== Precision.FP32.name
    ? undefined
    : requestedKvCachePrecision;
}

/**
 * Settings of the engine, which cost nothing: more of the memory, fewer sequences in its scheduler, smaller steps; one of them if one is
 * enough, else the first two or all three.
 */
function engineSettings(configuration: Configuration): Ranked[] {
  const few = Math.max(FEW_SEQUENCES, sequencesPerRank(configuration));
  const settings = [
    configuration.gpuMemoryUtilization < HIGH_UTILIZATION && {
      load: { gpuMemoryUtilization: HIGH_UTILIZATION },
      text: `gpuMemoryUtilization ${HIGH_UTILIZATION} instead of ${configuration.gpuMemoryUtilization}`,
    },
    configuration.maxSequences > few && {
      load: { requestedMaxSequences: few },
      text: `maxSequences ${few} instead of ${configuration.maxSequences}`,
    },
  ].filter((setting) => setting !== false);
  const steps = smallerSteps(configuration).map((tokens) => ({
    load: { requestedMaxBatchedTokens: tokens },
    text: `maxBatchedTokens ${tokens} instead of ${configuration.maxBatchedTokens}`,
  }));
  const combined = (parts: readonly Setting[]): Setting => ({
    load: parts.reduce<Partial<Load>>((all, { load }) => ({ ...all, ...load }), {}),
    text: parts.map(({ text }) => text).join(' and '),
  });
  const evaluate = ({ load, text }: Setting, givenUp: number) => {
    const other = changed(configuration, load, {}, configuration.parallelism);
    const runs = other.maxBatchedTokens >= leastStep(other, other.maxSequences);
    return runs && fitOf(other).fits ? [ranked(text, other, givenUp)] : [];
  };
  // Of the smaller steps the largest that is enough.
  const firstOf = (ways: readonly Setting[], givenUp: number) =>
    ways.reduce<Ranked[]>((found, way) => (found.length > 0 ? found : evaluate(way, givenUp)), []);
  const single = [...settings.flatMap((setting, i) => evaluate(setting, 0.1 * (i + 1))), ...firstOf(steps, 0.3)];
  if (single.length > 0) return single;
  const both = settings.length > 1 ? evaluate(combined(settings), 0.2) : [];
  if (both.length > 0 || settings.length === 0) return both;
  // Where buffers grow with the steps of all ranks, those are what counts, and sequences can stay.
  const spread = configuration.parallelism.attentionRanks > 1 && settings.length > 1;
  const more = spread ? [settings.slice(0, 1), settings] : [settings];
  return more.reduce<Ranked[]>(
    (found, parts) =>
      found.length > 0
        ? found
        : firstOf(
            steps.map((step) => combined([...parts, step])),
            0.3,
          ),
    [],
  );
}

/** Nothing drafted, before all else where drafting gains nothing; with other settings of the engine where neither they nor it are enough. */
function withoutSpeculation(configuration: Configuration, withSettings: boolean): Ranked[] {
  const { speculativeDecoding, parallelism, concurrency } = configuration;
  if (!speculativeDecoding) return [];
  const without = changed(configuration, { speculativeDecoding: undefined, drafter: undefined }, {}, parallelism);
  const text = `no speculative decoding instead of ${speculativeDecoding}`;
  const seconds = (of: Configuration) => estimate(of, concurrency).timePerOutputToken;
  if (fitOf(without).fits) return [ranked(text, without, seconds(without) > seconds(configuration) ? 0.4 : 0.05)];
  if (!withSettings) return [];
  return engineSettings(without).map(({ alternative, rank: [hardware, givenUp] }) => ({
    alternative: { ...alternative, change: `${text} and ${alternative.change}` },
    rank: [hardware, 0.4 + givenUp],
  }));
}

/** Settings of an engine, and what is said of them. */
interface Setting {
  readonly load: Partial<Load>;
  readonly text: string;
}

function smallerSteps({ maxBatchedTokens, parallelism }: Configuration): number[] {
  const steps = parallelism.attentionRanks > 1 ? [SMALL_STEP, ...SMALLER_STEPS] : [SMALL_STEP];
  return steps.filter((tokens) => tokens < maxBatchedTokens);
}

/** Started for less than the model reads, where that is enough: without videos and sound, or for text alone. */
function lessMedia(configuration: Configuration): Ranked[] {
  const loaded = loadedEncoders(configuration);
  if (loaded.length === 0) return [];
  const others: [MediaInput, string, number][] = [
    [MediaInput.IMAGES, 'text and images alone (mediaInput IMAGES)', 0.5],
    [MediaInput.NONE, 'text alone, without its encoder (mediaInput NONE)', 0.6],
  ];
  for (const [mediaInput, text, givenUp] of others) {
    if (mediaInput === configuration.mediaInput) continue;
    const other = changed(configuration, { mediaInput }, {}, configuration.parallelism);
    if (fitOf(other).fits) return [ranked(text, other, givenUp)];
  }
  return [];
}

function precisions(configuration: Configuration): Ranked[] {
  const { model, precision } = configuration;
  const native = model.publishedPrecision?.name === Precision.MXFP4.name;
  const { engine, instanceType } = configuration;
  // Where weights alone would be in NVFP4, INT4 takes less and is as fast.
  const given = (p: Precision) => p.name !== Precision.NVFP4.name || computesNvfp4(instanceType.gpu);
  const usable = (p: Precision) => given(p) && hardwareFaults({ model, engine }, instanceType, p).length === 0;
  return (
    Precision.ALL.filter((p) => p.bitsPerWeight < precision.bitsPerWeight && usable(p))
      // What was trained in MXFP4 is published in nothing else, and nobody makes that of other models.
      .filter((p) => p.name !== Precision.FP8_BLOCK.name && (p.name === Precision.MXFP4.name) === native)
      .flatMap((p) => {
        if (parallelismFaults(model, configuration.parallelism, p).length > 0) return [];
        const other = changed(configuration, {}, { precision: p }, configuration.parallelism);
        return fitOf(other).fits
          ? [ranked(`precision ${p.name} instead of ${precision.name}`, other, precision.bits / p.bits)]
          : [];
      })
      .slice(0, 2)
  );
}

function cachePrecision(configuration: Configuration): Ranked[] {
  if (configuration.kvCachePrecision.bits <= 8 || configuration.gpu.computeCapability < 8) return [];
  const other = changed(configuration, { requestedKvCachePrecision: Precision.FP8 }, {}, configuration.parallelism);
  return fitOf(other).fits ? [ranked('key-value cache in fp8', other, 1.5)] : [];
}

function fewerSequences(configuration: Configuration): Ranked[] {
  const most = fitOf(configuration).memory.maxSequences;
  if (most < 1 || most >= configuration.concurrency) return [];
  const other = changed(configuration, { concurrency: most }, {}, configuration.parallelism);
  return fitOf(other).fits
    ? [
        ranked(
          `${most} sequences at once instead of ${configuration.concurrency}`,
          other,
          3 + configuration.concurrency / most,
        ),
      ]
    : [];
}

/** Fewer sequences in the scheduler, where each needs a block for its states. */
function fewerScheduled(configuration: Configuration): Ranked[] {
  const blocksOf = (of: Configuration) => fitOf(of).memory.stateBlocks ?? 0;
  const least = blocksOf(configuration);
  if (least < 1 || least >= configuration.maxSequences) return [];
  const scheduled = (requestedMaxSequences: number) =>
    changed(configuration, { requestedMaxSequences }, {}, configuration.parallelism);
  // With fewer sequences the sampler takes less, so that there may be a few blocks more.
  const most = Math.min(blocksOf(scheduled(least)), configuration.maxSequences - 1);
  const other = [most, most - 1, least].map(scheduled).find((each) => fitOf(each).fits);
  if (!other || other.maxSequences >= configuration.maxSequences) return [];
  return [
    ranked(`${other.maxSequences} sequences in the scheduler instead of ${configuration.maxSequences}`, other, 1),
  ];
}

function shorterContext(configuration: Configuration): Ranked[] {
  const context = longestContext(configuration);
  if (context < Math.min(256, configuration.contextLength / 2)) return [];
  const other = changed(configuration, loadOf(configuration, context), {}, configuration.parallelism);
  return fitOf(other).fits
    ? [
        ranked(
          `context ${context} instead of ${configuration.contextLength}`,
          other,
          2 + configuration.contextLength / context,
        ),
      ]
    : [];
}

/** The longest context of whole blocks that fits; with groups of layers sequences do not grow evenly, so it is searched for. */
function longestContext(configuration: Configuration): number {
  const { contextLength, engine } = configuration;
  const held = sequencesPerRank(configuration) * configuration.parallelism.attentionRanks;
  const { blockTokens, grouped } = cacheLayout(configuration);
  if (!grouped) {
    const { kvCapacityTokens } = fitOf(configuration).memory;
    const perSequence = Math.floor(kvCapacityTokens / held / engine.blockTokens) * engine.blockTokens;
    return Math.min(perSequence, contextLength - 1);
  }
  const step = Math.min(blockTokens, 256);
  let [fits, most] = [0, Math.floor((contextLength - 1) / step)];
  while (fits < most) {
    const middle = Math.ceil((fits + most) / 2);
    const other = changed(configuration, loadOf(configuration, middle * step), {}, configuration.parallelism);
    if (fitOf(other).fits) fits = middle;
    else most = middle - 1;
  }
  return fits * step;
}

function loadOf(configuration: Configuration, contextLength: number): Partial<Load> {
  const half = Math.max(1, Math.floor(contextLength / 2));
  return {
    contextLength,
    inputTokens: Math.min(configuration.inputTokens, half),
    outputTokens: Math.min(configuration.outputTokens, half),
  };
}

function moreGpus(configuration: Configuration): Ranked[] {
  const { model, instanceType, precision, parallelism } = configuration;
  const larger = parallelismCandidates(model, instanceType, precision, 1).filter(
    (p) => p.gpusPerReplica > parallelism.gpusPerReplica && drafts(configuration, p),
  );
  for (const candidate of larger) {
    const other = changed(configuration, {}, {}, candidate.withReplicas(parallelism.replicas));
    if (fitOf(other).fits) return [ranked(`${candidate} instead of ${parallelism}`, other, 0)];
  }
  return [];
}

/** The cache of latent attention shared out among data-parallel ranks, on the same nodes. */
function attentionRanks(configuration: Configuration): Ranked[] {
  const { model, instanceType, precision, parallelism, nodes } = configuration;
  const perReplica = nodes / parallelism.replicas;
  if (parallelism.attentionRanks > 1 || !Number.isInteger(perReplica)) return [];
  for (const candidate of dataParallelAttention(model, instanceType, precision, perReplica)) {
    const other = changed(configuration, {}, {}, candidate.withReplicas(parallelism.replicas));
    if (other.nodes === nodes && fitOf(other).fits) return [ranked(`${candidate} instead of ${parallelism}`, other, 1)];
  }
  return [];
}

function moreNodes(configuration: Configuration): Ranked[] {
  const { model, instanceType, precision, parallelism } = configuration;
  const larger = parallelismCandidates(model, instanceType, precision, MAX_NODES).filter(
    (p) => p.gpusPerReplica > Math.max(instanceType.gpuCount, parallelism.gpusPerReplica) && drafts(configuration, p),
  );
  for (const candidate of larger) {
    const other = changed(configuration, {}, {}, candidate.withReplicas(parallelism.replicas));
    if (fitOf(other).fits) return [ranked(`${other.nodes} nodes instead of ${configuration.nodes}`, other, 1)];
  }
  return [];
}

function otherTypes(configuration: Configuration): Ranked[] {
  const served = { model: configuration.model, engine: configuration.engine };
  const others = GpuInstanceType.ALL.filter(
    (type) => type.name !== configuration.instanceType.name && type._isChosenUnasked,
  );
  const fitting = cheapestHosts(others)
    .filter(
      (type) =>
        choiceFaults({ ...served, kvCachePrecision: configuration.kvCachePrecision }, type, configuration.precision)
          .length === 0,
    )
    .flatMap((instanceType) => {
      const { configuration: other, fit } = smallestFit(
        configuration,
        { instanceType, precision: configuration.precision, utilization: configuration.utilization },
        1,
      );
      return fit.fits
        ? [ranked(`instance type ${instanceType.name} instead of ${configuration.instanceType.name}`, other, 0)]
        : [];
    });
  const cost = ({ alternative }: Ranked) => addedCost(configuration, alternative);
  fitting.sort((a, b) => compareCosts(cost(a), cost(b)) || a.rank[0] - b.rank[0]);
  return fitting.slice(0, 3);
}
