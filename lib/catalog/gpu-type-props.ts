import { DataSize } from '../units/data-size';
import { Fault, fault } from '../units/fault';
import { notNegativeFault, positiveFault } from '../units/number-faults';
import { structFaults } from '../units/struct-faults';
import { GpuFacts } from './gpu-facts';
import { GPU_TABLE } from './gpu-type-table';
import { knownGpuName } from './gpu-names';
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

/**
 * Smallest and largest values that a GPU that serves models has or could have in the next years; beyond them is a slip in the unit. The least
 * are half of a Jetson Nano's rates, one link of the first NVLink (20 GB/s) less what it loses, and one lane of PCI Express 2.
 */
const LIMITS: {
  readonly [property: string]: { readonly least: number; readonly most: number; readonly unit: string };
} = {
  bandwidth: { least: 20, most: 100_000, unit: 'GB/s: 3350 for 3.35 TB/s' },
  tflops: { least: 0.2, most: 100_000, unit: 'TFLOP/s' },
  fp32Tflops: { least: 0.1, most: 100_000, unit: 'TFLOP/s' },
  fp8Tflops: { least: 0.2, most: 200_000, unit: 'TFLOP/s' },
  int8Tops: { least: 0.2, most: 200_000, unit: 'TOP/s' },
  fp4Tflops: { least: 0.2, most: 400_000, unit: 'TFLOP/s' },
  nvlinkGBps: { least: 10, most: 20_000, unit: 'GB/s, one direction' },
  pcieGBps: { least: 0.4, most: 1_000, unit: 'GB/s, one direction' },
  tdpWatts: { least: 1, most: 10_000, unit: 'W' },
  computeCapability: { least: 1, most: 20, unit: 'as CUDA counts, e.g. 8.9' },
};
const MOST_MEMORY_GIB = 4096;
/** Below it a slip is more likely than a GPU: 0.25 GiB hold no CUDA context. */
const LEAST_MEMORY_GIB = 1;

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
    () => memoryFaults(memory),
  );
}

function limitFaults(
  property: string,
  value: number | undefined,
  { least, most, unit }: (typeof LIMITS)[string],
): Fault[] {
  const mayBeZero = /^(fp8|int8|fp4|nvlink)/.test(property);
  const found = mayBeZero ? notNegativeFault(property, value) : positiveFault(property, value);
  if (found.length > 0 || value === undefined) return found;
  if (value > most) {
    return [fault('OUT_OF_RANGE', property, `${property} must be at most ${most} (${unit}); got ${value}`)];
  }
  if (value === 0 || value >= least) return [];
  const none = mayBeZero ? ', or 0 where it has none' : '';
  return [fault('OUT_OF_RANGE', property, `${property} must be at least ${least} (${unit})${none}; got ${value}`)];
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
  const all = Object.entries(GPU_TABLE).map(([each, { reportedGib }]) => ({ name: each, memoryGib: reportedGib }));
  const listed = knownGpuName(name, all);
  if (listed === undefined) return [];
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
