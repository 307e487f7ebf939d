import { DataSize } from '../units/data-size';
import { Fault, fault } from '../units/fault';
import { notNegativeFault, positiveFault } from '../units/number-faults';
import { structFaults } from '../units/struct-faults';
import { GpuFacts } from './gpu-facts';
import { GPU_TABLE } from './gpu-type-table';
import { canonicalGpuName } from './gpu-names';
import { GpuVendor } from './gpu-vendor';
import { allOf } from '../units/unreadable';

/**
 * A GPU that the table does not have. Rates are dense (no sparsity), bandwidths in one direction.
 */
export interface GpuTypeProps {
  /** Name, e.g. `RTX-A5000`: letters, digits, dots and hyphens. @default - `custom-` and its memory */
  readonly name?: string;
  /** Memory as CUDA reports it to a process; a little less than the vendor states. */
  readonly memory: DataSize;
  /** Memory bandwidth, GB/s. */
  readonly bandwidth: number;
  /** Rate in 16 bits (tensor cores, accumulating in 32), TFLOP/s. @default - 75 operations per byte of memory bandwidth */
  readonly tflops?: number;
  /** CUDA compute capability, which decides the formats, e.g. 8.9. @default 8.0 */
  readonly computeCapability?: number;
  /** Rate in 32 bits, TFLOP/s. @default - an eighth of the rate in 16 bits */
  readonly fp32Tflops?: number;
  /** Rate in 8-bit floating point, TFLOP/s; 0 without units for it. @default 0 */
  readonly fp8Tflops?: number;
  /** Rate in 8-bit integers, TOP/s; 0 without units for it. @default 0 */
  readonly int8Tops?: number;
  /** Rate in 4-bit floating point, TFLOP/s; 0 without units for it. @default 0 */
  readonly fp4Tflops?: number;
  /** NVLink bandwidth, GB/s; 0 without NVLink. @default 0 */
  readonly nvlinkGBps?: number;
  /** PCI Express bandwidth, GB/s. @default 16 */
  readonly pcieGBps?: number;
  /** Thermal design power, watts. @default 300 */
  readonly tdpWatts?: number;
  /** Whether the memory is the host's too, as on boards. @default false */
  readonly sharedMemory?: boolean;
  /** Who makes it. @default GpuVendor.NVIDIA */
  readonly vendor?: GpuVendor;
}

/** Largest values that any GPU of the next years could have; above them is a slip in the unit. */
const LIMITS: { readonly [property: string]: { readonly most: number; readonly unit: string } } = {
  bandwidth: { most: 100_000, unit: 'GB/s, one direction' },
  tflops: { most: 100_000, unit: 'TFLOP/s' },
  fp32Tflops: { most: 100_000, unit: 'TFLOP/s' },
  fp8Tflops: { most: 200_000, unit: 'TFLOP/s' },
  int8Tops: { most: 200_000, unit: 'TOP/s' },
  fp4Tflops: { most: 400_000, unit: 'TFLOP/s' },
  nvlinkGBps: { most: 20_000, unit: 'GB/s, one direction' },
  pcieGBps: { most: 1_000, unit: 'GB/s, one direction' },
  tdpWatts: { most: 10_000, unit: 'W' },
  computeCapability: { most: 20, unit: 'as CUDA counts, e.g. 8.9' },
};
const MOST_MEMORY_GIB = 4096;
/** Below it a slip is more likely than a GPU: 0.25 GiB hold no CUDA context. */
const LEAST_MEMORY_GIB = 1;
/** Below it no memory of a GPU is: the slip is TB/s for GB/s, 3.35 for 3350. */
const LEAST_BANDWIDTH = 20;

/**
 * What is wrong with the description of a GPU.
 *
 * @internal
 */
export function gpuTypeFaults(props: GpuTypeProps): Fault[] {
  const wrong = structFaults('GpuTypeProps', props);
  if (wrong.length > 0) return wrong;
  const { name, memory, ...rest } = props;
  const numbers = rest as unknown as { readonly [property: string]: number | undefined };
  return allOf(
    () => nameFaults(name),
    ...Object.entries(LIMITS).map(
      ([property, limit]) =>
        () =>
          limitFaults(property, numbers[property], limit),
    ),
    () => leastBandwidthFaults(props.bandwidth),
    () => memoryFaults(memory),
  );
}

function limitFaults(property: string, value: number | undefined, { most, unit }: (typeof LIMITS)[string]): Fault[] {
  const mayBeZero = /^(fp8|int8|fp4|nvlink)/.test(property);
  const found = mayBeZero ? notNegativeFault(property, value) : positiveFault(property, value);
  if (found.length > 0 || value === undefined || value <= most) return found;
  return [fault('OUT_OF_RANGE', property, `${property} must be at most ${most} (${unit}); got ${value}`)];
}

function leastBandwidthFaults(bandwidth: number): Fault[] {
  if (!(bandwidth > 0 && bandwidth < LEAST_BANDWIDTH)) return [];
  const reason = `bandwidth must be at least ${LEAST_BANDWIDTH} (GB/s: 3350 for 3.35 TB/s); got ${bandwidth}`;
  return [fault('OUT_OF_RANGE', 'bandwidth', reason)];
}

function memoryFaults(memory: DataSize): Fault[] {
  if (memory.gib >= LEAST_MEMORY_GIB && memory.gib <= MOST_MEMORY_GIB) return [];
  const reason = `memory must be from ${LEAST_MEMORY_GIB} to ${MOST_MEMORY_GIB} GiB, for example DataSize.gib(47.4); got ${memory}`;
  return [fault('OUT_OF_RANGE', 'memory', reason)];
}

function nameFaults(name: string | undefined): Fault[] {
  if (name === undefined) return [];
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(name)) {
    const allowed = 'at most 63 letters, digits, dots and hyphens, with a letter or digit at both ends';
    return [fault('INVALID_NAME', 'name', `name must consist of ${allowed}; got '${name}'`)];
  }
  const listed = canonicalGpuName(name);
  if (!Object.hasOwn(GPU_TABLE, listed)) return [];
  const cure = `use GpuType.of('${listed}'), or another name for another GPU`;
  return [fault('DUPLICATE', 'name', `'${name}' is in the table; ${cure}`)];
}

/**
 * The name of a described GPU.
 *
 * @internal
 */
export function gpuNameOf({ name, memory }: GpuTypeProps): string {
  return name ?? `custom-${Number(memory.gib.toFixed(1))}GiB`;
}

/**
 * The facts of a described GPU, defaults filled in.
 *
 * @internal
 */
export function factsOfGpu(props: GpuTypeProps): GpuFacts {
  // 75 operations per byte are what an RTX 3090 has; of the table only H20 has fewer.
  const tflops = props.tflops ?? props.bandwidth * 0.075;
  return {
    vendor: props.vendor,
    reportedGib: props.memory.gib,
    computeCapability: props.computeCapability ?? 8,
    memoryBandwidthGBps: props.bandwidth,
    fp16Tflops: tflops,
    fp32Tflops: props.fp32Tflops ?? tflops / 8,
    fp8Tflops: props.fp8Tflops ?? 0,
    int8Tops: props.int8Tops ?? 0,
    fp4Tflops: props.fp4Tflops ?? 0,
    nvlinkGBps: props.nvlinkGBps ?? 0,
    pcieGBps: props.pcieGBps ?? 16,
    tdpWatts: props.tdpWatts ?? 300,
    sharedMemory: props.sharedMemory,
    source: 'described by GpuType.custom',
  };
}
