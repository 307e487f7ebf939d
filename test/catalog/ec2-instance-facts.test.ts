import { readFileSync } from 'fs';
import * as path from 'path';
import { GpuInstanceType, GpuType, Precision } from '../../lib/planning';

interface Ec2Row {
  readonly gpu: string;
  readonly gpus: number;
  readonly gpuMemoryMib: number;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly nvmeGb: number;
  readonly bandwidthMbps: number;
  readonly arch: string;
  readonly efa: number;
  readonly pods: number;
  readonly ipv4PerInterface: number;
  readonly defaultCard: number;
  readonly interfacesByCard: number[];
}

const FIXTURE = path.join(__dirname, 'fixtures/ec2-gpu-instance-types.json');
const { types } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as { types: { [name: string]: Ec2Row } };

/** Families with NVIDIA GPUs that the catalog leaves out, and why: `GpuInstanceType.unlisted` describes them where they are needed. */
const LEFT_OUT: { readonly [family: string]: string } = {
  g5g: 'ARM with T4G, which no serving engine of the catalog has images for',
};

/** Names of GPUs in the answers of EC2 that are not the first word of the catalog's. */
const EC2_NAMES: { readonly [name: string]: string } = {
  'RTX-PRO-4500': 'rtx-pro-4500',
  'RTX-PRO-6000': 'rtx-pro-server-6000',
};

/** A row of the catalog, in the units of EC2. */
function rowOf(type: GpuInstanceType): Ec2Row {
  return {
    gpu: EC2_NAMES[type.gpu.name] ?? type.gpu.name.split('-')[0].toLowerCase(),
    // Of a part of a GPU, EC2 says that it is none.
    gpus: Math.floor(type.gpuCount * type.fractionOfGpu),
    gpuMemoryMib: type.gpuMemory.mib,
    vcpus: type.vcpus,
    memoryMib: type.memory.mib,
    nvmeGb: type.localStorage?.gb ?? 0,
    bandwidthMbps: type.networkBandwidthGbps * 1000,
    arch: type.architecture === 'x86_64' ? 'amd64' : type.architecture,
    efa: type.efaInterfaces,
    pods: type.defaultMaxPods,
    ipv4PerInterface: type.ipv4PerInterface,
    defaultCard: 0,
    interfacesByCard: type.networkCards.map((card) => card.maxInterfaces),
  };
}

describe('facts of EC2', () => {
  test.each(GpuInstanceType.ALL.map((type): [string, GpuInstanceType] => [type.name, type]))(
    '%s: every cell agrees with EC2',
    (name, type) => expect(rowOf(type)).toEqual(types[name]),
  );

  test('a cell that differs is detected', () => {
    expect(rowOf(GpuInstanceType.P5_48XLARGE)).not.toEqual({ ...types['p5.48xlarge'], nvmeGb: 30401 });
    expect(rowOf(GpuInstanceType.P5_48XLARGE)).not.toEqual(types['p5e.48xlarge']);
  });

  test('types missing from the catalog are left out on purpose', () => {
    const absent = Object.keys(types).filter((name) => !GpuInstanceType.ALL.some((type) => type.name === name));
    expect([...new Set(absent.map((name) => name.split('.')[0]))].sort()).toEqual(Object.keys(LEFT_OUT).sort());
  });

  test('parts of a GPU have that part of its memory and rates', () => {
    const parts = GpuInstanceType.ALL.filter(({ fractionOfGpu }) => fractionOfGpu < 1);
    expect(parts.map(({ name, fractionOfGpu }) => `${name} ${fractionOfGpu}`)).toEqual([
      'g6f.large 0.125',
      'g6f.xlarge 0.125',
      'g6f.2xlarge 0.25',
      'g6f.4xlarge 0.5',
      'gr6f.4xlarge 0.5',
    ]);
    for (const { gpu, fractionOfGpu } of parts) {
      expect(gpu.memoryBandwidthGBps).toBe(GpuType.L4.memoryBandwidthGBps * fractionOfGpu);
      expect(gpu.memory.gib).toBeLessThanOrEqual(GpuType.L4.memory.gib * fractionOfGpu);
      expect(gpu.denseTflops(Precision.FP8)).toBeCloseTo(GpuType.L4.denseTflops(Precision.FP8) * fractionOfGpu, 0);
    }
  });

  test('what the planner chooses unasked has no trap', () => {
    const asked = GpuInstanceType.ALL.filter((type) => !type._isChosenUnasked).map(({ name }) => name.split('.')[0]);
    expect([...new Set(asked)].sort()).toEqual(['g6f', 'g7', 'gr6f', 'p3', 'p3dn', 'p6e-gb200']);
  });
});
