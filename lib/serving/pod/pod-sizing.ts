import { Fault, fault } from '../../units/fault';
import { GpuNodeType } from '../../catalog/gpu-node-type';
import { allocatableCpuMillis, allocatableMemoryMib } from '../../scheduling/node-allocatable';
import { NodeDisk, diskOfType } from '../../scheduling/node-disk';
import { DataSize } from '../../units/data-size';
import { HOLD_REQUESTS } from './cache-pod';
import { ModelCache } from './model-cache';
import { AddedRequests } from './pod-addition-specs';
import { PodModel } from './pod-model';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * Values that override derived ones.
 *
 * @internal
 */
export interface SizingOverrides {
  readonly cpu?: number;
  readonly memory?: DataSize;
  readonly sharedMemory?: DataSize;
  readonly ephemeralStorage?: DataSize;
  /** Host memory that the server takes besides that of its models. @default - none */
  readonly cache?: DataSize;
  readonly startupSeconds?: number;
  /** What a pod needs besides its server. @default - nothing */
  readonly besides?: AddedRequests;
  /** The most that an init container asks for, which runs alone. @default - nothing */
  readonly before?: { readonly cpuMillis: number; readonly memoryMib: number };
  /** GPUs, or shares of them, that pods can have on one node. @default - those of the hardware */
  readonly gpusPerNode?: number;
  /** Disk that pods can have on one node. @default - that of the hardware */
  readonly disk?: NodeDisk;
  /** Where it keeps weights beyond its pods. @default - each pod has its own */
  readonly modelCache?: ModelCache;
  /** Whether a server is only loaded once other pods have copied their files too. @default false */
  readonly waitsForOthers?: boolean;
}

/**
 * Requests of one pod, in Kubernetes' units, and its time limits.
 *
 * @internal
 */
export interface PodSizing {
  readonly gpus: number;
  readonly cpuRequestMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryRequestMib: number;
  readonly memoryLimitMib: number;
  readonly sharedMemoryMib: number;
  readonly modelsMib: number;
  /** Of the weights, what is in the cache that it shares. */
  readonly cachedMib: number;
  readonly scratchMib: number;
  readonly temporaryMib: number;
  readonly ephemeralStorageMib: number;
  /** Seconds that the server may take to load everything, once the files are there. */
  readonly startupSeconds: number;
  /** Seconds from a new pod to a ready one: image, download and load. */
  readonly progressDeadline: number;
  readonly podsPerNode: number;
}

/** A resource of a pod, for messages. */
interface ResourceText {
  readonly what: string;
  readonly unit: string;
  readonly property?: string;
  readonly cure: string;
}

const GPUS: ResourceText = {
  what: 'GPUs',
  unit: '',
  cure: 'move models to deployments of their own, or use larger nodes',
};
const MEMORY: ResourceText = {
  what: 'memory',
  unit: ' MiB',
  property: 'resources.memory',
  cure: 'use nodes with more memory, or set resources.memory if less is enough',
};
const DISK: ResourceText = {
  what: 'local disk',
  unit: ' MiB',
  property: 'resources.ephemeralStorage',
  cure: 'use nodes with more local disk, or set resources.ephemeralStorage if less is enough',
};
/** The same of a pod that is too large by folders of the user. */
function ofFolders(mib: number): ResourceText {
  const what = `local disk, ${mib} MiB of it for emptyFolder volumes`;
  return { ...DISK, what, property: 'volumes', cure: 'make those smaller, or use nodes with more local disk' };
}
/** The same where a cache has its part of the disk. */
function besideCache(mib: number): ResourceText {
  return {
    ...DISK,
    what: `local disk beside the ${mib} MiB of its modelCache`,
    cure: 'make the cache smaller, use nodes with more local disk, or set resources.ephemeralStorage if less is enough',
  };
}
const CPU: ResourceText = {
  what: 'CPU',
  unit: 'm',
  property: 'resources.cpu',
  cure: 'lower resources.cpu, or cpu of the sidecars',
};

/** Memory that pods can get on a node beside the node agents, which take about 512 MiB. */
function usableMemoryMib(type: GpuNodeType): number {
  return allocatableMemoryMib(type) - 512;
}

/** CPU that pods can get on a node beside the node agents, in thousandths; those request about 0.6. */
function usableCpuMillis(type: GpuNodeType): number {
  return allocatableCpuMillis(type) - 600;
}

/**
 * A pod with the faults of its size.
 *
 * @internal
 */
export interface SizedPod {
  readonly sizing: PodSizing;
  readonly faults: Fault[];
}

/**
 * Sizes a pod. Requests that do not fit the node are faults with numbers.
 *
 * @internal
 */
export function sizePod(models: readonly PodModel[], type: GpuNodeType, overrides: SizingOverrides): SizedPod {
  const sharesGpu = models.some((model) => model.sharedGpuMemory);
  const gpus = total(models, (model) => model.gpus) + (sharesGpu ? 1 : 0);
  const { diskMib: folders, ...others } = overrides.besides ?? { cpuMillis: 0, memoryMib: 0, diskMib: 0 };
  const { modelCache } = overrides;
  const holder = modelCache === undefined ? { cpuMillis: 0, memoryMib: 0 } : HOLD_REQUESTS;
  const otherCpu = others.cpuMillis + holder.cpuMillis;
  const otherMemory = others.memoryMib + holder.memoryMib;
  const stored = total(models, (model) => model.storedSize.bytes);
  const isStreamed = models.some(({ weights }) => weights === 'streamed');
  const copied = models.filter((model) => model.weights !== 'streamed' && !isCached(model, overrides));
  const copiedBytes = total(copied, (model) => model.storedSize.bytes);
  const sharedMemoryMib = Math.ceil(
    overrides.sharedMemory?.mib ??
      Math.max(
        1024,
        total(models, (m) => m.sharedMemory.mib),
      ),
  );
  const memoryMib = Math.ceil(
    overrides.memory?.mib ?? total(models, (m) => m.hostMemory.mib) + (overrides.cache?.mib ?? 0) + sharedMemoryMib,
  );
  // Links take next to nothing.
  const spare = copiedBytes > 0 || modelCache === undefined ? GIB : 64 * MIB;
  const modelsMib = isStreamed ? 0 : Math.ceil((copiedBytes * 1.05 + spare) / MIB);
  const scratchMib = models.some(({ plan }) => plan) ? 10 * 1024 : 2 * 1024;
  const temporaryMib = 1024 + Math.ceil(total(models, (m) => m.temporarySize?.mib ?? 0));
  const ownDiskMib = Math.ceil(overrides.ephemeralStorage?.mib ?? modelsMib + scratchMib + temporaryMib + 1024);
  const diskMib = ownDiskMib + folders;
  const cpuMillis = Math.ceil((overrides.cpu ?? Math.min(1 + 2 * Math.max(gpus, 1), 48)) * 1000);

  const faults: Fault[] = [];
  const perNode: number[] = [];
  const fit = (asked: ResourceText, need: number, usable: number | undefined) => {
    if (usable === undefined || need <= 0) return;
    perNode.push(Math.floor(usable / need));
    if (need <= usable) return;
    const { what, unit, property, cure } = asked;
    const reason = `a pod needs ${need}${unit} of ${what}, but a ${type.name} has ${usable}${unit} for pods; ${cure}`;
    faults.push(fault('POD_EXCEEDS_NODE', property, reason));
  };
  fit(GPUS, gpus, overrides.gpusPerNode ?? type.gpuCount);
  const before = overrides.before ?? { cpuMillis: 0, memoryMib: 0 };
  fit(MEMORY, Math.max(memoryMib + otherMemory, before.memoryMib), usableMemoryMib(type));
  if (overrides.memory !== undefined && sharedMemoryMib >= memoryMib) {
    const own = overrides.sharedMemory !== undefined;
    const reason =
      `${own ? 'resources.sharedMemory' : 'the shared memory of the engines'}, ${sharedMemoryMib} MiB, is a part of resources.memory, which is ` +
      `${memoryMib} MiB, so that pods would be killed for it; raise resources.memory${own ? ', or lower resources.sharedMemory' : ''}`;
    faults.push(fault('SHARED_MEMORY_EXCEEDS_MEMORY', own ? 'resources.sharedMemory' : 'resources.memory', reason));
  }
  const { mib: allDisk } = overrides.disk ?? diskOfType(type);
  const reserved = modelCache?._node === undefined ? 0 : Math.ceil(modelCache.size.mib);
  const usableDisk = allDisk === undefined ? undefined : allDisk - reserved;
  const isByFolders = folders > 0 && ownDiskMib <= (usableDisk ?? Infinity);
  fit(isByFolders ? ofFolders(folders) : reserved > 0 ? besideCache(reserved) : DISK, diskMib, usableDisk);
  if (faults.length === 0)
    faults.push(
      ...shortageFaults(models, copied, overrides, { memory: memoryMib, shared: sharedMemoryMib, disk: ownDiskMib }),
    );
  const usableCpu = usableCpuMillis(type);
  if (overrides.cpu !== undefined || otherCpu > 0 || before.cpuMillis > 0)
    fit(CPU, Math.max((overrides.cpu === undefined ? 500 : cpuMillis) + otherCpu, before.cpuMillis), usableCpu);

  const podsPerNode = Math.max(0, Math.min(...perNode));
  const sharing = Math.max(1, podsPerNode);
  const cpuRequestMillis =
    overrides.cpu !== undefined ? cpuMillis : Math.min(cpuMillis, floorTo(usableCpu / sharing - otherCpu, 100));
  const { startupSeconds, progressDeadline } = budgets(models, type, stored, overrides);
  return {
    faults,
    sizing: {
      gpus,
      cpuRequestMillis,
      cpuLimitMillis: Math.max(cpuRequestMillis, floorTo((type.vcpus * 1000) / sharing, 100)),
      memoryRequestMib: memoryMib,
      // The page cache of the weights is charged to the pod too, so it may use its whole share of the node.
      memoryLimitMib: Math.max(memoryMib, Math.floor(usableMemoryMib(type) / sharing) - otherMemory),
      sharedMemoryMib,
      modelsMib,
      cachedMib: isStreamed ? 0 : Math.ceil((stored - copiedBytes) / MIB),
      scratchMib,
      temporaryMib,
      ephemeralStorageMib: diskMib,
      startupSeconds,
      progressDeadline,
      podsPerNode,
    },
  };
}

function isCached({ weights = 'beside' }: PodModel, { modelCache }: SizingOverrides): boolean {
  return modelCache !== undefined && weights === 'beside';
}

/** Values given that are below what the models certainly take; files whose size is assumed count nothing. */
function shortageFaults(
  models: readonly PodModel[],
  copied: readonly PodModel[],
  { memory, sharedMemory, ephemeralStorage }: SizingOverrides,
  mib: { readonly memory: number; readonly shared: number; readonly disk: number },
): Fault[] {
  const pinned = total(models, (model) => model.pinnedMemory?.mib ?? 0);
  const kept = total(models, (model) => model.sharedPinnedMemory?.mib ?? 0);
  const known = total(copied, ({ knownSize, storedSize }) => (knownSize ?? storedSize).mib);
  const unpacked = total(models, (model) => model.temporarySize?.mib ?? 0);
  const isKnown = models.every(
    ({ knownSize, storedSize }) => knownSize === undefined || !storedSize.exceeds(knownSize),
  );
  const isCounted = models.some(({ plan }) => plan && plan.checkpointSize === undefined && !plan.model.approximate);
  const short = (
    property: string,
    given: DataSize | undefined,
    has: number,
    need: number,
    what: string,
    cure: string = '',
  ) => {
    if (given === undefined || has >= need) return [];
    const reason = `${property} must be at least ${Math.ceil(need)} MiB, ${what}; got ${has} MiB${cure}`;
    return [fault('RESOURCES_TOO_SMALL', property, reason)];
  };
  return [
    ...short('resources.sharedMemory', sharedMemory, mib.shared, kept, 'the prefixes that kvOffload keeps there'),
    ...short(
      'resources.memory',
      memory,
      mib.memory,
      pinned > 0 ? pinned + mib.shared : 0,
      `what ${models.some(({ weights }) => weights === 'streamed') ? 'streamed weights are read into, ' : ''}kvOffload and cpuOffload keep on the host, and the shared memory`,
    ),
    ...short(
      'resources.ephemeralStorage',
      ephemeralStorage,
      mib.disk,
      known + unpacked,
      `the files of the models${isKnown ? '' : ' whose size is known'}`,
      isCounted ? '; set checkpointSize if they are smaller' : '',
    ),
  ];
}

/**
 * Shortest possible load time in seconds: a minute for the server and the weights read at 2 GB/s.
 *
 * @internal
 */
export function shortestStartup(models: readonly PodModel[]): number {
  return Math.ceil(60 + total(models, (model) => model.storedSize.gb) / 2);
}

/**
 * Slow but realistic rates, because a budget that is too short kills a pod that would have become ready: weights come from S3 at 200 MB/s
 * (100 MB/s onto a disk that is no instance store) and are read back at 250 MB/s; an engine takes up to 5 minutes to compile and
 * capture its graphs, an image up to 10 to pull. Streamed weights come from S3 at the same 200 MB/s, while the engine starts.
 */
function budgets(
  models: readonly PodModel[],
  type: GpuNodeType,
  stored: number,
  { startupSeconds: given, waitsForOthers = false, disk = diskOfType(type) }: SizingOverrides,
) {
  const engine = models.some(({ plan }) => plan) ? 300 : 120;
  const streams = models.some(({ weights }) => weights === 'streamed');
  const download = streams ? 0 : 60 + stored / (disk.isLocal ? 0.2e9 : 0.1e9);
  const load = streams ? total(models, (m) => m.storedSize.bytes * (m.reads ?? 1)) / 0.2e9 : stored / 0.25e9;
  const startupSeconds = given ?? ceilTo(engine + load + (waitsForOthers ? download : 0), 60);
  return { startupSeconds, progressDeadline: ceilTo((600 + download + startupSeconds) * 1.25, 60) };
}

/** Tokens of an answer that a rollout waits for. */
const LONG_ANSWER = 4096;

/**
 * Seconds that a server gets to finish what runs: the time of a long answer by the plan, within a minute and five.
 *
 * @internal
 */
export function exitSeconds(models: readonly PodModel[]): number {
  const answers = models.map(({ plan }) => {
    if (!plan) return 0;
    const tokens = Math.min(plan.contextLength, Math.max(plan.outputTokens, LONG_ANSWER));
    return (plan.timeToFirstTokenMs + tokens * plan.decodeLatencyMs) / 1000;
  });
  return Math.min(300, Math.max(60, ceilTo(Math.max(...answers), 10)));
}

function total(models: readonly PodModel[], value: (model: PodModel) => number): number {
  return models.reduce((sum, model) => sum + value(model), 0);
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

function ceilTo(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
