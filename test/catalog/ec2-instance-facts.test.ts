import { readFileSync } from 'fs';
import * as path from 'path';
import { GpuInstanceType } from '../../lib/planning';

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

/** Families with NVIDIA GPUs that the catalog leaves out, and why: `GpuInstanceType.custom` describes them where they are needed. */
const LEFT_OUT: { readonly [family: string]: string } = {
  g5g: 'ARM with T4G, which no serving engine of the catalog has images for',
  g6f: 'a fraction of an L4, by the GRID driver',
  gr6: 'a G6 with more host memory, which serving has no use for',
  gr6f: 'a fraction of an L4, by the GRID driver',
  g7: 'needs driver 595, which the images of EKS do not have: awslabs/amazon-eks-ami 81fec2e, doc/usage/g7-ami.md',
  g7e: 'RTX PRO 6000, whose nodes the issue does not ask for',
};

/** A row of the catalog, in the units of EC2. */
function rowOf(type: GpuInstanceType): Ec2Row {
  return {
    gpu: type.gpu.name.split('-')[0].toLowerCase(),
    gpus: type.gpuCount,
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
});
