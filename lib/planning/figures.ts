import { GpuType } from '../catalog/gpu-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { Precision } from '../catalog/precision';
import { wideBytes } from '../catalog/weight-bytes';
import { DataSize } from '../units/data-size';
import { CachePool, cacheLayout, poolOf } from './cache-pool';
import { PlanFacts } from './plan-fields';
import { EvidenceClass, PlanFigure } from './plan-parts';
import { ServingEstimate } from './serving-estimate';
import { MediaInput } from './capacity-request';
import { Configuration } from './configuration';
import { encoderWeights, loadedEncoders, profiledMedia } from './encoder-memory';
import { MemoryShare } from '../catalog/engine-facts';
import { capturedGraphs, countsGraphs, graphBytes } from './graph-memory';
import { stagesOf } from './stages';
import { exchangeFigures } from './exchange-figures';
import { loraFigures } from './lora-figures';
import { powerFigures } from './power-model';
import { speculationFigures } from './speculation-figures';
import { cacheFigures } from './cache-figures';
import { computesNvfp4 } from './weight-only-nvfp4';

/** GPUs whose kernels the constants were measured on. */
const MEASURED_GPUS: readonly string[] = [
  GpuType.A100_40GB,
  GpuType.A100_80GB,
  GpuType.H100,
  GpuType.H200,
  GpuType.B200,
].map(({ name }) => name);
const MEASURED_FORMATS: readonly string[] = [
  Precision.BF16,
  Precision.FP16,
  Precision.FP8,
  Precision.FP8_BLOCK,
  Precision.NVFP4,
].map(({ name }) => name);

/** Whether times are based on measured kernels, and their error band; host times were measured on one machine, and other CPUs differ. */
function timeEvidence(
  configuration: Configuration,
  ...estimates: ServingEstimate[]
): { evidence: EvidenceClass; errorBand: string } {
  const measured =
    MEASURED_GPUS.includes(configuration.gpu.name) &&
    MEASURED_FORMATS.includes(configuration.precision.name) &&
    (configuration.precision.name !== Precision.NVFP4.name || computesNvfp4(configuration.gpu)) &&
    configuration.parallelism.tensor <= configuration.instanceType.nvlinkDomainSize &&
    configuration.parallelism.attentionRanks === 1 &&
    configuration.cpuOffloadBytes === 0 &&
    configuration.power === undefined &&
    configuration.cudaGraphs &&
    estimates.every((time) => !time.waitsForHost && time.hostStep <= time.gpuStep);
  if (!measured) return { evidence: EvidenceClass.EXTRAPOLATED, errorBand: 'factor 1.5 either way' };
  if (configuration.model.experts) return { evidence: EvidenceClass.MEASURED_KERNELS, errorBand: '± 50 %' };
  return { evidence: EvidenceClass.MEASURED_KERNELS, errorBand: configuration.engine._isVllm ? '± 20 %' : '± 30 %' };
}

/** Bits per weight, and those of parts that the published files have in other formats. */
function bitsText({ model, precision }: Configuration): string {
  const own = precision.name === model.publishedPrecision?.name ? model.publishedBits : undefined;
  const given = Object.entries(own ?? {}) as [string, number | undefined][];
  const parts = given.flatMap(([part, bits]) => (bits === undefined ? [] : `${part} ${Number(bits.toFixed(3))}`));
  return (
    `${precision.bitsPerWeight.toFixed(3)} bits` + (parts.length > 0 ? ` (as published: ${parts.join(', ')})` : '')
  );
}

/** What the room for the cache is based on. */
function capacityEvidence({ model, gpu, parallelism }: Configuration): EvidenceClass {
  if (model.approximate) return EvidenceClass.ASSUMED;
  if (parallelism.attentionRanks > 1) return EvidenceClass.EXTRAPOLATED;
  return gpu.vendor === GpuVendor.AMD ? EvidenceClass.EXTRAPOLATED : EvidenceClass.MEASURED_KERNELS;
}

/** Padding layers in the pool of the cache, see cachePool. */
function paddedText(pool: CachePool): string {
  const padding = pool.pooledLayers - pool.layers;
  return padding === 0 ? '' : `; groups of layers with and without a window or state padded by ${padding} layers`;
}

/**
 * The figure of the batch by the rule of thumb of guides.
 *
 * @internal
 */
export const RULE_OF_THUMB = 'batch by rule of thumb';

/** Bands where only the number of parameters is known: shapes of today have far fewer key-value heads and far more tokens. */
const ASSUMED_CACHE = 'assumed full attention heads; with grouped queries 2 to 16 times less';
const ASSUMED_ACTIVATIONS = 'assumed 32,000 tokens in the vocabulary; up to 8 times as much with those of today';
const ASSUMED_CAPACITY = 'assumed from the rows above: with grouped queries several times more fits';

/** What was compared with engines' logs, by what their share of the memory is of. */
const CAPACITY_BANDS: { readonly [K in MemoryShare]: string } = {
  [MemoryShare.WHOLE]:
    'below all 17 published logs: by 0.5 to 7 %, and by 25 % where fewer sequences were sampled than planned',
  [MemoryShare.STATIC]: 'below the one published log of SGLang that states its share, by 5 %',
  [MemoryShare.FREE]: 'as the documentation of TensorRT-LLM has it; no log was compared',
};

function runtimeFormula(configuration: Configuration): string {
  const { engine, gpuMemoryUtilization } = configuration;
  const margin = '0.3 % of weights + 1.5 % of the available memory';
  if (engine.memoryShare === MemoryShare.STATIC) return `libraries by ranks + ${margin}`;
  if (engine.memoryShare === MemoryShare.FREE) {
    const left = Number((100 * (1 - gpuMemoryUtilization)).toFixed(2));
    return `libraries by ranks + experts + context + graphs + ${margin} + ${left} % of what is left, which the engine leaves free`;
  }
  const graphs = countsGraphs(configuration) ? 'graphs + what context lacks' : 'what context and graphs lack';
  return `libraries by ranks + experts + ${graphs} outside the utilization + ${margin} from 70 GiB on, else 2 % of the room for the cache`;
}

/** CUDA graphs, and what they take at most. */
function graphsText(configuration: Configuration): string {
  if (!configuration.cudaGraphs) return 'CUDA graphs off';
  return `CUDA graphs on: ${capturedGraphs(configuration)} of up to ${DataSize.bytes(graphBytes(configuration))}`;
}

/** What is read before the language model: weights, and the batch that the engine tries when it starts. */
function encoderFigures(configuration: Configuration): PlanFigure[] {
  const encoders = loadedEncoders(configuration).filter(({ parameters }) => parameters !== undefined);
  if (encoders.length === 0) return [];
  const names = encoders.map(({ name, parameters }) => `${name} ${parameters} parameters`).join(', ');
  const figures: PlanFigure[] = [
    {
      name: 'encoder weights per GPU',
      value: String(DataSize.bytes(encoderWeights(configuration) * wideBytes(configuration.precision))),
      formula: 'tower and projector in 16 bits; part of the weights',
      inputs: names,
      evidence: EvidenceClass.EXACT,
      errorBand: '± 0.1 %',
    },
  ];
  const media = profiledMedia(configuration);
  if (!media) return figures;
  const { items, tokensPerItem, encoder } = media;
  const positions = items * tokensPerItem * (encoder.positionsPerToken ?? 1);
  return [
    ...figures,
    {
      name: 'encoder activations per GPU',
      value: String(DataSize.bytes(media.peakBytes)),
      formula: encoder.learnedPositions
        ? 'positions × (input + 2 × max((4 + 8 / t) × hidden, 4 × hidden + 2 × feed-forward / t)) + what layers hand over; part of the activations'
        : 'positions × (input + 2 × max((2 + 7 / t) × hidden, 2 × hidden + 2 or 3 × feed-forward / t)) + results; part of the activations',
      inputs:
        `${items} × ${tokensPerItem} tokens of the largest ${tokensPerItem > (encoder.tokensPerItem ?? 0) ? 'video' : 'item'} of ${encoder.name}, ` +
        `${Math.round(positions)} positions; ${configuration.mediaInput === MediaInput.ALL ? 'mediaInput NONE leaves it out' : `mediaInput ${configuration.mediaInput}`}`,
      evidence: configuration.engine._isVllm ? EvidenceClass.MEASURED_KERNELS : EvidenceClass.EXTRAPOLATED,
      errorBand: "upper bound; the size of the largest image is the published processor's",
    },
  ];
}

/**
 * Every number of a plan with its formula, inputs, evidence and error band.
 *
 * @internal
 */
export function figuresOf(
  configuration: Configuration,
  facts: Omit<PlanFacts, 'figures'>,
  asked: ServingEstimate,
  full: ServingEstimate,
  inFlight: number,
): PlanFigure[] {
  const { model, parallelism, precision, gpu } = configuration;
  const exact = {
    evidence: model.approximate ? EvidenceClass.ASSUMED : EvidenceClass.EXACT,
    errorBand: model.approximate ? '± 20 %' : '± 0.1 %',
  };
  const times = timeEvidence(configuration);
  const { memoryShare } = configuration.engine;
  const memory = facts.memoryPerGpu;
  const layout = cacheLayout(configuration);
  const ms = (seconds: number) => `${(seconds * 1e3).toFixed(2)} ms`;
  const waits = asked.waitsForHost;
  const hostCounts = waits || asked.hostStep > asked.gpuStep;
  const figures: PlanFigure[] = [
    {
      name: 'weights per GPU',
      value: String(memory.weights),
      formula:
        'matrices × bits / tensor (key and value heads at least one each), embeddings, router and norms in 16 bits',
      inputs:
        `${model.name}: ${model.parameters} parameters, ${bitsText(configuration)}, ${parallelism}` +
        (facts.checkpointSize ? `, scaled to a checkpoint of ${facts.checkpointSize}` : ''),
      evidence: exact.evidence,
      errorBand:
        precision.quantized && !model.approximate
          ? '± 1 % where every matrix of the layers is quantized; some checkpoints leave attention in 16 bits'
          : exact.errorBand,
    },
    ...encoderFigures(configuration),
    ...cacheFigures(configuration, facts, layout, exact.evidence, model.approximate ? ASSUMED_CACHE : 'none'),
    {
      name: 'activations per GPU',
      value: String(memory.activations),
      formula:
        'max(2 × maxBatchedTokens × (3 × feed-forward / tensor + 4 × hidden), 9.7 × float32 logits of the sampled sequences)' +
        (memoryShare === MemoryShare.STATIC
          ? '; of it, with context and graphs, what the rest of the memory lacks'
          : ''),
      inputs: `maxBatchedTokens ${facts.maxBatchedTokens} (max_num_batched_tokens), ${facts.maxSequences} sequences (max_num_seqs)`,
      ...(model.approximate
        ? { evidence: EvidenceClass.ASSUMED, errorBand: ASSUMED_ACTIVATIONS }
        : {
            evidence: EvidenceClass.MEASURED_KERNELS,
            errorBand: 'upper bound; vLLM logs show 0.2 to 1.0 of it',
          }),
    },
    {
      name: 'runtime per GPU',
      value: String(memory.runtime),
      formula: runtimeFormula(configuration),
      inputs: `${parallelism.gpusPerReplica} ranks, ${graphsText(configuration)}`,
      evidence: EvidenceClass.MEASURED_KERNELS,
      errorBand: 'upper bound; up to 1 GiB less is used',
    },
    {
      name: 'available per GPU',
      value: String(memory.available),
      formula:
        memoryShare === MemoryShare.FREE ? 'memory as CUDA reports it' : 'utilization × memory as CUDA reports it',
      inputs:
        memoryShare === MemoryShare.FREE
          ? `${gpu.memory} (${gpu.name})`
          : `${facts.gpuMemoryUtilization} × ${gpu.memory} (${gpu.name})`,
      evidence: EvidenceClass.EXACT,
      errorBand: '± 1 %',
    },
    {
      name: 'key-value capacity',
      value: `${facts.kvCapacityTokens} tokens, ${facts.maxConcurrency} sequences of ${facts.contextLength}`,
      formula: '(available - weights - activations - runtime) / bytes per token',
      inputs: `the rows above${paddedText(poolOf(layout, stagesOf(configuration)[0]))}`,
      evidence: capacityEvidence(configuration),
      errorBand: model.approximate
        ? ASSUMED_CAPACITY
        : gpu.vendor === GpuVendor.AMD
          ? 'as of the build for CUDA; no log of ROCm was compared'
          : parallelism.attentionRanks > 1
            ? 'of all ranks together; what they take beside weights is counted from the source of vLLM, and no log of it was compared'
            : CAPACITY_BANDS[memoryShare],
    },
    {
      name: RULE_OF_THUMB,
      value: `${facts.ruleOfThumbBatch}`,
      formula: 'GPU memory / (parameters × 2)',
      inputs: `${parallelism.gpusPerReplica} × ${gpu.memory}`,
      evidence: EvidenceClass.ASSUMED,
      errorBand: 'rule of thumb; the capacity above is the exact one',
    },
    {
      name: 'time per output token',
      value: `${facts.decodeLatencyMs.toFixed(2)} ms with ${facts.concurrency} sequences`,
      formula:
        (waits
          ? 'decode(b, in + out/2) + host(b, out)'
          : hostCounts
            ? 'max(decode(b, in + out/2), host(b, out))'
            : 'decode(b, in + out/2)') +
        ' + (b - 1) × prefill(in) / out' +
        (configuration.drafter ? ', all of a step with drafting, divided by the tokens that it gives' : ''),
      inputs:
        `in ${facts.inputTokens}, out ${facts.outputTokens}; step ${ms(asked.decode.total)} = weights ${ms(asked.decode.weights)} + ` +
        `attention ${ms(asked.decode.attention)} + collectives ${ms(asked.decode.collectives)} + fixed ${ms(asked.decode.fixed)} + hops ${ms(asked.decode.hops)}` +
        (hostCounts
          ? `; host ${ms(asked.hostStep)} to schedule and to send the tokens${waits ? ', for which the GPUs wait' : ' meanwhile'}`
          : ''),
      ...timeEvidence(configuration, asked),
    },
    {
      name: 'time to first token',
      value: `${facts.timeToFirstTokenMs.toFixed(1)} ms`,
      formula: 'prefill(in) + 0.4 ms per layer + 3 µs per token on the host',
      inputs: `${facts.inputTokens} tokens, prefill ${ms(asked.prefill)}, ${model.layers} layers; idle replica`,
      ...times,
    },
    {
      name: 'output tokens per second',
      value: `${facts.outputTokensPerSecond.toFixed(0)} with ${facts.concurrency} sequences per replica, ${facts.maxOutputTokensPerSecond.toFixed(0)} with ${full.concurrency}`,
      formula: `b / (${waits ? 'decode + host' : hostCounts ? 'max(decode, host)' : 'decode'} + b × prefill / out) × replicas`,
      inputs: `${parallelism.replicas} replicas`,
      ...timeEvidence(configuration, asked, full),
    },
  ];
  figures.push(
    ...powerFigures(configuration.power),
    ...loraFigures(configuration),
    ...speculationFigures(configuration, asked),
    ...exchangeFigures(configuration),
  );
  if (parallelism.pipeline > 1) {
    figures.push({
      name: 'pipeline efficiency',
      value: `${(facts.pipelineEfficiency * 100).toFixed(1)} %`,
      formula: 'm / (m + p - 1)',
      inputs: `m = ${facts.microBatches} micro-batches, p = ${parallelism.pipeline} stages of ${facts.layersPerStage.join(', ')} layers; ${inFlight} in flight at once`,
      evidence: EvidenceClass.EXACT,
      errorBand: 'of a pipeline that is filled and drained; continuous serving keeps it full',
    });
  }
  if (facts.cpuOffload.bytes > 0) {
    figures.push({
      name: 'host memory per node',
      value: String(facts.hostMemoryPerNode),
      formula: 'offloaded weights of all GPUs of a node + 4 GiB',
      inputs: `${facts.cpuOffload} per GPU, read at 57 % of ${gpu.pcieGBps} GB/s`,
      evidence: EvidenceClass.EXTRAPOLATED,
      errorBand: 'factor 2 (measured on T4 alone)',
    });
  }
  if (facts.costPerMillionTokens !== undefined && facts.costPerMillionTokensWithSpare !== undefined) {
    figures.push({
      name: 'cost per million output tokens',
      value: `${facts.costPerMillionTokens.toFixed(2)}, with one replica in reserve ${facts.costPerMillionTokensWithSpare.toFixed(2)}`,
      formula: '1e6 × nodes × price per hour / (3600 × tokens per second × utilization)',
      inputs: `${facts.nodes} nodes at ${facts.pricePerHour} per hour (given), utilization ${facts.utilization}`,
      ...timeEvidence(configuration, full),
    });
  }
  return figures;
}
