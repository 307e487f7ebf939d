import { GpuType, GpuVendor, Precision } from '../../lib/planning';
import { DataSize, UnscopedValidationError } from '../../lib/units';

function faultsOf(body: () => unknown): { id: string; property?: string; reason: string }[] {
  try {
    body();
    return [];
  } catch (error) {
    return (error as UnscopedValidationError).faults.map((fault) => ({ ...fault }));
  }
}

/** Published figures, written down apart from the tables: GB as sold, GB/s, dense TFLOP/s in 16 and 8 bits, GB/s of NVLink in both directions. */
const PUBLISHED: [string, number, number, number, number, number][] = [
  ['H20', 96, 4000, 148, 296, 900],
  ['L20', 48, 864, 119.5, 239, 0],
  ['A2', 16, 200, 18, 0, 0],
  ['L40', 48, 864, 181, 362, 0],
  ['A800-80GB', 80, 2039, 312, 0, 400],
  ['H800', 80, 3350, 989, 1979, 400],
  ['H100-NVL', 94, 3938, 835.5, 1671, 600],
  ['GH200', 96, 4000, 989, 1979, 0],
  ['GB200', 186, 8000, 2500, 5000, 1800],
  ['GB300', 288, 8000, 2500, 5000, 1800],
  ['RTX-3090', 24, 936, 71, 0, 0],
  ['RTX-4090', 24, 1008, 165, 330, 0],
  ['RTX-5090', 32, 1792, 209.5, 419, 0],
  ['RTX-A6000', 48, 768, 154.8, 0, 0],
  ['RTX-6000-ADA', 48, 960, 364, 729, 0],
  ['RTX-PRO-4500', 32, 800, 103, 206, 0],
  ['RTX-PRO-6000', 96, 1792, 468, 936, 0],
  ['GB10', 128, 273, 125, 250, 0],
  ['JETSON-AGX-THOR-128GB', 128, 273, 258, 517, 0],
  ['MI300X', 192, 5300, 1307, 2615, 896],
  ['MI325X', 256, 6000, 1307, 2615, 896],
  ['MI355X', 288, 8000, 2516, 5033, 1075],
];

describe('GPU types', () => {
  test.each(PUBLISHED)('%s has what is published', (name, gb, bandwidth, half, eight, links) => {
    const gpu = GpuType.of(name);
    const near = (value: number, wanted: number) => expect(Math.abs(value - wanted)).toBeLessThanOrEqual(wanted * 0.01);
    // AMD counts its gigabytes in powers of two.
    const sold = gpu.vendor === GpuVendor.AMD ? gb : DataSize.gb(gb).gib;
    expect(gpu.memory.gib).toBeLessThan(sold * 1.075);
    expect(gpu.memory.gib).toBeGreaterThan(sold * 0.95);
    expect(gpu.memory.gib).toBeLessThan(gb);
    near(gpu.memoryBandwidthGBps, bandwidth);
    near(gpu.denseTflops(Precision.FP16), half);
    near(gpu.denseTflops(Precision.FP8), eight || half);
    near(gpu.nvlinkGBps * 2, links);
  });

  test('each has a source, and rates that rise as bits fall', () => {
    expect(new Set(GpuType.ALL.map(({ name }) => name)).size).toBe(GpuType.ALL.length);
    for (const gpu of GpuType.ALL) {
      expect([gpu.name, gpu.source.length > 4]).toEqual([gpu.name, true]);
      const [wide, half, eight, four] = [Precision.FP32, Precision.FP16, Precision.FP8, Precision.NVFP4].map((p) =>
        gpu.denseTflops(p),
      );
      expect([gpu.name, wide < half && half <= eight]).toEqual([gpu.name, true]);
      if (gpu.computeCapability >= 10 && gpu.supports(Precision.NVFP4))
        expect([gpu.name, four > eight]).toEqual([gpu.name, true]);
    }
  });

  test.each([
    ['nvidia GeForce RTX 4090', 'RTX-4090'],
    ['4090', 'RTX-4090'],
    ['rtx_6000 ada', 'RTX-6000-ADA'],
    ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'RTX-PRO-6000'],
    ['H100 NVL', 'H100-NVL'],
    ['NVIDIA H100 80GB HBM3', 'H100'],
    ['A100-SXM4-80GB', 'A100-80GB'],
    ['AMD Instinct MI300X', 'MI300X'],
    ['DGX Spark', 'GB10'],
    ['Jetson Thor', 'JETSON-AGX-THOR-128GB'],
    ['Tesla T4', 'T4'],
    ['A800', 'A800-80GB'],
    ['rtx4090', 'RTX-4090'],
    ['RTXPRO6000', 'RTX-PRO-6000'],
    ['H 20', 'H20'],
    ['MI-300X', 'MI300X'],
    ['H100SXM', 'H100'],
    ['NVIDIA DGX H100', 'H100'],
    ['thor', 'JETSON-AGX-THOR-128GB'],
    ['spark', 'GB10'],
    ['L4 24GB', 'L4'],
    ['b200-192g', 'B200'],
    ['H20 96GB', 'H20'],
    ['H200-141GB', 'H200'],
    ['V100-SXM2-32GB', 'V100-32GB'],
    ['H100 80GB PCIe', 'H100-PCIE'],
  ])('%s is %s', (name, expected) => expect(GpuType.of(name).name).toBe(expected));

  test.each([
    ['H20X', ["'H20' (95 GiB)", "'H20-141GB' (139.7 GiB)"]],
    ['H100-94GB', ["'H100-NVL' (93 GiB)"]],
    ['H20-X-141G', ["'H20-141GB' (139.7 GiB)"]],
    ['T4G', ["'T4' (14.6 GiB)"]],
    ['L40G', ["'L40' (44.4 GiB)", "'L40S' (44.4 GiB)"]],
    ['MI300A', []],
    ['TITAN RTX', []],
    ['RTX 4090 Laptop GPU', []],
    ['RTX 4090 48GB', []],
    ['RTX PRO 6000 Max-Q', ["'RTX-PRO-6000' (94.9 GiB)"]],
    ['RTX 4090 D', ["'RTX-4090' (23.5 GiB)"]],
    ['nvidia', []],
    ['__proto__', []],
    ['A100', ["'A100-40GB' (39.4 GiB)", "'A100-80GB' (79.1 GiB)", "'A100-80GB-PCIE' (79.1 GiB)"]],
    ['A100-80', ["'A100-80GB' (79.1 GiB)", "'A100-80GB-PCIE' (79.1 GiB)", "'A100-40GB' (39.4 GiB)"]],
    ['A100-X-80G', ["'A100-80GB' (79.1 GiB)", "'A100-80GB-PCIE' (79.1 GiB)"]],
    ['MI300', ["'MI300X' (191.7 GiB)"]],
    ['RTX 4080', []],
    ['H2O', []],
    ['H21', []],
    ['H1000', ["'H100' (79.1 GiB)", "'H100-NVL' (93 GiB)", "'H100-PCIE' (79.1 GiB)"]],
    ['JETSON-ORIN-8GB', ["'JETSON-ORIN-NANO-8GB' (7.4 GiB)"]],
    [
      'JETSON-ORIN',
      ["'JETSON-ORIN-NANO-8GB' (7.4 GiB)", "'JETSON-AGX-ORIN-64GB' (61.3 GiB)", "'JETSON-AGX-THOR-128GB' (122.8 GiB)"],
    ],
    ['H200-96GB', []],
    ['', []],
  ])('an unknown name never offers another memory first: %s', (name, near) => {
    const [fault] = faultsOf(() => GpuType.of(name));
    expect(fault.id).toBe('UNKNOWN_VALUE');
    const offered = /nearest: (.*?);/.exec(fault.reason)?.[1].split(', ') ?? [];
    expect(offered).toEqual(near);
    expect(fault.reason).toContain('GpuType.custom describes another one');
  });

  test('boards share their memory with the host', () => {
    const shared = GpuType.ALL.filter(({ sharedMemory }) => sharedMemory).map(({ name }) => name);
    const boards = ['GB10', 'JETSON-AGX-ORIN-64GB', 'JETSON-AGX-THOR-128GB', 'JETSON-ORIN-NANO-8GB'];
    expect(shared.sort()).toEqual(boards);
    expect(GpuType.custom({ memory: DataSize.gib(60), bandwidth: 200, sharedMemory: true }).sharedMemory).toBe(true);
  });

  test('formats of AMD: those of the Open Compute Project, not NVFP4', () => {
    const formats = Precision.ALL.filter((precision) => GpuType.MI355X.supports(precision)).map(({ name }) => name);
    expect(formats).toEqual(['fp32', 'bf16', 'fp16', 'fp8', 'fp8-block', 'int8', 'mxfp4', 'int4']);
    expect(GpuType.ALL.filter(({ vendor }) => vendor === GpuVendor.AMD).map(({ name }) => name)).toEqual([
      'MI300X',
      'MI325X',
      'MI355X',
    ]);
  });
});

describe('GPU types of the user', () => {
  const memory = DataSize.gib(31.5);

  test('memory and bandwidth suffice; the rest has careful defaults', () => {
    const gpu = GpuType.custom({ memory, bandwidth: 1000 });
    expect(gpu).toMatchObject({
      name: 'custom-31.5GiB',
      computeCapability: 8,
      memoryBandwidthGBps: 1000,
      nvlinkGBps: 0,
    });
    expect([gpu.denseTflops(Precision.FP16), gpu.denseTflops(Precision.FP8)]).toEqual([75, 75]);
    expect(GpuType.ALL).not.toContain(gpu);
  });

  test('what is known is taken', () => {
    const gpu = GpuType.custom({
      ...{
        name: 'RTX-A5000',
        memory,
        bandwidth: 768,
        tflops: 111,
        computeCapability: 8.9,
        fp8Tflops: 222,
        int8Tops: 223,
      },
      ...{ fp4Tflops: 444, fp32Tflops: 27, nvlinkGBps: 56, pcieGBps: 32, tdpWatts: 230, vendor: GpuVendor.NVIDIA },
    });
    const rates = [Precision.FP32, Precision.FP16, Precision.FP8, Precision.INT8, Precision.NVFP4];
    expect(rates.map((precision) => gpu.denseTflops(precision))).toEqual([27, 111, 222, 223, 444]);
    expect(gpu).toMatchObject({
      name: 'RTX-A5000',
      nvlinkGBps: 56,
      pcieGBps: 32,
      tdpWatts: 230,
      computeCapability: 8.9,
    });
  });

  test.each([
    ['no memory', { memory: DataSize.bytes(0) }, ['OUT_OF_RANGE memory']],
    ['memory in MiB for GiB', { memory: DataSize.gib(81559) }, ['OUT_OF_RANGE memory']],
    ['bandwidth in TB/s', { bandwidth: 3.35 }, ['OUT_OF_RANGE bandwidth']],
    ['bandwidth in MB/s', { bandwidth: 3350000 }, ['OUT_OF_RANGE bandwidth']],
    ['no bandwidth', { bandwidth: 0 }, ['OUT_OF_RANGE bandwidth']],
    ['less than nothing', { tflops: -1, nvlinkGBps: -1 }, ['OUT_OF_RANGE tflops', 'OUT_OF_RANGE nvlinkGBps']],
    ['no number', { bandwidth: NaN, fp8Tflops: Infinity }, ['OUT_OF_RANGE bandwidth', 'OUT_OF_RANGE fp8Tflops']],
    ['a capability without its dot', { computeCapability: 89 }, ['OUT_OF_RANGE computeCapability']],
    ['a name of the table', { name: 'h100' }, ['DUPLICATE name']],
    ['another name of the table', { name: 'A6000' }, ['DUPLICATE name']],
    ['no name', { name: 'my gpu' }, ['INVALID_NAME name']],
  ])('%s is refused', (_, more, expected) => {
    const found = faultsOf(() => GpuType.custom({ memory, bandwidth: 1000, ...more }));
    expect(found.map(({ id, property }) => `${id} ${property}`)).toEqual(expected);
  });
});
