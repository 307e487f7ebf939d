import { IModelStore } from '../../core/model-store';
import { storeEnvironment } from '../../kubernetes/model-store-access';
import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';
import { StreamedWeightsOptions } from './weight-loading';

/** The streamer's own number of threads for object stores (docs/src/env-vars.md of runai-model-streamer). */
const FEWEST_THREADS = 8;
const MOST_THREADS = 32;

/** What a thread reads, by the guide of AWS for inference on EKS: concurrency = ⌈size / 4 GB⌉. */
const BYTES_PER_THREAD = 4e9;

const USUAL_BUFFER = DataSize.gib(4);

/**
 * How the files of a model are streamed to the GPUs of a pod.
 *
 * @internal
 */
export interface WeightStream {
  /** Threads of each process. */
  readonly threads: number;
  /** What each process reads into. */
  readonly buffer: DataSize;
  /** Whether each process reads its part and sends it to the others; without, each reads all files. */
  readonly isShared: boolean;
  /** Host memory of all processes of a pod. */
  readonly hostMemory: DataSize;
  /** What of that is certainly taken. */
  readonly buffers: DataSize;
  /** Bytes that a start reads, as a multiple of the files. */
  readonly reads: number;
}

/**
 * @param options what the user says
 * @param files size of the files
 * @param gpus processes, one for each GPU
 *
 * @internal
 */
export function weightStream(
  options: StreamedWeightsOptions,
  plan: CapacityPlan,
  files: DataSize,
  gpus: number,
): WeightStream {
  const largest = largestTensor(plan);
  const isShared = gpus > 1 && roomBesideWeights(plan) > 4 * largest.bytes;
  const reads = isShared ? 1 : gpus;
  const each = (files.bytes * reads) / gpus;
  const threads = Math.min(MOST_THREADS, Math.max(FEWEST_THREADS, Math.ceil(each / BYTES_PER_THREAD)));
  // The streamer takes no more than it reads.
  const wanted = options.memoryLimit ?? DataSize.bytes(Math.max(USUAL_BUFFER.bytes, largest.bytes));
  const buffer = DataSize.bytes(Math.floor(Math.min(wanted.bytes, files.bytes)));
  return {
    threads: options.concurrency ?? threads,
    buffer,
    isShared,
    reads,
    // vLLM clones each tensor out of the buffer (`runai_safetensors_weights_iterator` of vllm/model_executor/model_loader/weight_utils.py).
    hostMemory: buffer.plus(largest).times(gpus),
    buffers: buffer.times(gpus),
  };
}

/**
 * What each GPU has beside its weights: a stream that is shared takes twice the largest tensor of it while it loads, and a clone. Where the GPU lacks
 * that, the streamer of some processes reads alone while others wait for it (`set_is_distributed` of distributed_streamer.py).
 */
function roomBesideWeights({ memoryPerGpu, instanceType }: CapacityPlan): number {
  return instanceType.gpu.memory.bytes - memoryPerGpu.weights.bytes;
}

/**
 * The largest tensor that the files of a model may have: the table of tokens in 16 bits, a matrix of the feed-forward block with its gate, or those of
 * all experts of a layer, which some checkpoints join (Llama 4, gpt-oss).
 *
 * @internal
 */
export function largestTensor(plan: CapacityPlan): DataSize {
  const { hiddenSize, intermediateSize, experts } = plan.model;
  const width = Math.max(intermediateSize, (experts?.routed ?? 0) * (experts?.intermediateSize ?? 0));
  const joined = 2 * hiddenSize * width * Math.max(1, plan.precision.bits / 8);
  return DataSize.bytes(Math.max(tokenTable(plan).bytes, joined));
}

/**
 * The table of tokens, which checkpoints keep in at least 16 bits, and no stream can do with less than.
 *
 * @internal
 */
export function tokenTable({ model }: CapacityPlan): DataSize {
  return DataSize.bytes(2 * model.vocabularySize * model.hiddenSize);
}

/**
 * Arguments of the engine. Another key of `model_loader_extra_config` is refused from 0.24 on.
 *
 * @see https://github.com/vllm-project/vllm/blob/v0.24.0/vllm/model_executor/model_loader/runai_streamer_loader.py
 *
 * @internal
 */
export function streamArguments({ threads, buffer, isShared }: WeightStream): { [name: string]: unknown } {
  return {
    load_format: 'runai_streamer',
    model_loader_extra_config: { concurrency: threads, memory_limit: buffer.bytes, distributed: isShared },
  };
}

/**
 * The environment that boto3 and the streamer read to reach a store: the streamer knows no endpoint of S3 alone, and other stores than AWS
 * have their buckets in paths.
 *
 * @see https://github.com/run-ai/runai-model-streamer/blob/master/docs/src/usage.md#streaming-from-s3-compatible-storage
 *
 * @internal
 */
export function streamEnvironment(store: IModelStore): { [name: string]: string } {
  const { endpoint } = store;
  return {
    ...Object.fromEntries(storeEnvironment(store).map(({ name, value }) => [name, value])),
    ...(endpoint === undefined
      ? {}
      : {
          AWS_ENDPOINT_URL: endpoint,
          RUNAI_STREAMER_S3_USE_VIRTUAL_ADDRESSING: '0',
          AWS_EC2_METADATA_DISABLED: 'true',
        }),
  };
}

/**
 * The same in words.
 *
 * @internal
 */
export function explainStream({ threads, buffer, isShared, reads }: WeightStream, gpus: number): string {
  const each = gpus > 1 ? ` for each of ${gpus} GPUs` : '';
  const whole = isShared ? ', each reads its part and sends it to the others' : ', each reads all files';
  return (
    `weights: streamed from the model store at every start, by ${threads} threads into ${Math.ceil(buffer.mib)} MiB of host memory${each}` +
    `${reads > 1 || isShared ? whole : ''}; not checked by SHA256SUMS`
  );
}
