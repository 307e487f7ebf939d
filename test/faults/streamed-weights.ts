import { GpuInstanceType, ModelSpec, Parallelism, VllmRelease } from '../../lib/catalog';
import { ModelCache, WeightLoading } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { VllmOverrides, deployVllm } from '../serving/support/vllm-fixtures';
import { warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const streamed =
  (overrides: VllmOverrides = {}) =>
  () =>
    deployVllm({ weightLoading: WeightLoading.streamed(), ...overrides });

/** Weights that vLLM reads from the store by itself. */
export const TEXTS: FaultText[] = [
  {
    id: 'WEIGHTS_NOT_VERIFIED',
    text:
      'streamed weights are not checked by the SHA256SUMS beside them: what is in the store is loaded, whoever wrote it; let nobody but imports write there ' +
      'and accept this by Warnings.accept, or leave weightLoading out',
    faults: () => warningsOf(streamed()().deployment),
  },
  {
    id: 'STREAMING_UNSUPPORTED',
    property: 'weightLoading',
    text:
      'weightLoading streams weights by vLLM 0.23.0 or later, but vllmRelease is 0.22.1, which takes the address of a store for a name on a hub where it ' +
      'must not reach one; use a later release, or leave weightLoading out',
    refuse: streamed({ vllmRelease: VllmRelease.of('0.22.1') }),
  },
  {
    id: 'STREAMING_UNSUPPORTED',
    property: 'weightLoading',
    text:
      'weightLoading streams from a store with an endpoint of its own only by credentials: the variable that tells the streamer the endpoint tells the ' +
      'services that give roles too; give the store credentials, or leave weightLoading out',
    refuse: streamed({ reach: { endpoint: 'https://objects.example.test' } as VllmOverrides['reach'] }),
  },
  {
    id: 'STREAMING_UNSUPPORTED',
    property: 'models[0].loraAdapters',
    text: "model 'chat': loraAdapters cannot be with streamed weights: vLLM loads adapters from a folder of the pod; leave it or weightLoading out",
    refuse: streamed({ model: { loraAdapters: [{ name: 'legal', rank: 8 }] } }),
  },
  {
    id: 'STREAMING_UNSUPPORTED',
    property: 'models[0].parallelism',
    text: "model 'chat': parallelism cannot be with streamed weights: servers of several nodes copy theirs; leave it or weightLoading out",
    refuse: streamed({ maxNodes: 2, model: { parallelism: Parallelism.of({ tensor: 1, pipeline: 2 }) } }),
  },
  {
    id: 'STREAM_BUFFER_TOO_SMALL',
    property: 'weightLoading.memoryLimit',
    text:
      "model 'chat': weightLoading.memoryLimit must be at least 1002 MiB, what the table of tokens takes, since the streamer reads whole tensors; got 512 " +
      'MiB; raise it, or leave it out',
    refuse: streamed({ weightLoading: WeightLoading.streamed({ memoryLimit: DataSize.gib(0.5) }) }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'modelCache',
    text: 'modelCache keeps files on the disk, of which streamed weights have none; leave it or weightLoading out',
    refuse: streamed({ modelCache: ModelCache.claim({ claimName: 'weights', size: DataSize.gib(50) }) }),
  },
  {
    id: 'RESERVED',
    property: 'extraArguments[0]',
    text: 'extraArguments must not contain --load-format, which tells the loader where and how to read; use weightLoading and modelStore',
    refuse: streamed({ extraArguments: ['--load-format=dummy'] }),
  },
  {
    id: 'RESOURCES_TOO_SMALL',
    property: 'resources.memory',
    text:
      "model 'chat': resources.memory must be at least 5120 MiB, what streamed weights are read into, kvOffload and cpuOffload keep on the host, and the " +
      'shared memory; got 4096 MiB',
    refuse: streamed({ resources: { memory: DataSize.gib(4) } }),
  },
  {
    id: 'POD_EXCEEDS_NODE',
    property: 'resources.memory',
    text: "model 'chat': a pod needs 19434 MiB of memory, but a g5.xlarge has 13650 MiB for pods; use nodes with more memory, or set resources.memory if less is enough",
    refuse: streamed({
      instanceType: GpuInstanceType.G5_XLARGE,
      model: { model: ModelSpec.LLAMA_3_1_8B },
      weightLoading: WeightLoading.streamed({ memoryLimit: DataSize.gib(10) }),
    }),
  },
];
