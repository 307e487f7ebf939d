import { DataSize, GpuInstanceType, GpuInterconnect, GpuType, Precision } from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

/** Cells read by hand from website/content/en/docs/reference/instance-types.md of aws/karpenter-provider-aws 1d92708. */
const EC2: [string, string, number, number, number, number, number, number, number][] = [
  // type, GPU, GPUs, MiB each, vCPUs, GiB, EFA, pods, Gb/s
  ['p3dn.24xlarge', 'V100-32GB', 8, 32768, 96, 768, 1, 737, 100],
  ['p4d.24xlarge', 'A100-40GB', 8, 40960, 96, 1152, 4, 737, 400],
  ['p4de.24xlarge', 'A100-80GB', 8, 81920, 96, 1152, 4, 737, 400],
  ['p5.48xlarge', 'H100', 8, 81920, 192, 2048, 32, 100, 3200],
  ['p5e.48xlarge', 'H200', 8, 144384, 192, 2048, 32, 100, 3200],
  ['p5en.48xlarge', 'H200', 8, 144384, 192, 2048, 16, 198, 3200],
  ['p6-b200.48xlarge', 'B200', 8, 183359, 192, 2048, 8, 198, 3200],
  ['p6-b300.48xlarge', 'B300', 8, 275040, 192, 4096, 16, 198, 6400],
  ['g4dn.xlarge', 'T4', 1, 16384, 4, 16, 0, 29, 5],
  ['g4dn.8xlarge', 'T4', 1, 16384, 32, 128, 1, 58, 50],
  ['g4dn.12xlarge', 'T4', 4, 16384, 48, 192, 1, 234, 50],
  ['g4dn.metal', 'T4', 8, 16384, 96, 384, 1, 737, 100],
  ['g5.xlarge', 'A10G', 1, 22888, 4, 16, 0, 58, 2.5],
  ['g5.12xlarge', 'A10G', 4, 22888, 48, 192, 1, 737, 40],
  ['g5.48xlarge', 'A10G', 8, 22888, 192, 768, 1, 345, 100],
  ['g6.xlarge', 'L4', 1, 22888, 4, 16, 0, 58, 2.5],
  ['g6.12xlarge', 'L4', 4, 22888, 48, 192, 1, 234, 40],
  ['g6.48xlarge', 'L4', 8, 22888, 192, 768, 1, 737, 100],
  ['g6e.xlarge', 'L40S', 1, 45776, 4, 32, 0, 58, 2.5],
  ['g6e.12xlarge', 'L40S', 4, 45776, 48, 384, 1, 292, 100],
  ['g6e.24xlarge', 'L40S', 4, 45776, 96, 768, 2, 492, 200],
  ['g6e.48xlarge', 'L40S', 8, 45776, 192, 1536, 4, 492, 400],
];

describe('GpuInstanceType', () => {
  test.each(EC2)('%s agrees with EC2', (name, gpu, count, mib, vcpus, gib, efa, pods, gbps) => {
    const type = GpuInstanceType.of(name);
    expect(type.gpu.name).toBe(gpu);
    expect(type.gpuCount).toBe(count);
    expect(type.gpuMemory.mib).toBe(mib);
    expect(type.vcpus).toBe(vcpus);
    expect(type.memory.gib).toBe(gib);
    expect(type.efaInterfaces).toBe(efa);
    expect(type.defaultMaxPods).toBe(pods);
    expect(type.networkBandwidthGbps).toBe(gbps);
    expect(type.architecture).toBe('x86_64');
    expect(type.isEc2).toBe(true);
  });

  test('has the constants under their upper-cased names', () => {
    const statics = GpuInstanceType as unknown as { [name: string]: unknown };
    for (const type of GpuInstanceType.ALL) {
      expect(statics[type.name.toUpperCase().replace(/[.-]/g, '_')]).toBe(type);
    }
    expect(GpuInstanceType.P6_B200_48XLARGE.name).toBe('p6-b200.48xlarge');
  });

  test('p5 has 32 cards of 2 interfaces; p6-b300 has 17 cards, the first without EFA', () => {
    const p5 = GpuInstanceType.P5_48XLARGE.networkCards;
    expect(p5).toHaveLength(32);
    expect(p5.every((card) => card.maxInterfaces === 2 && card.efa)).toBe(true);
    const b300 = GpuInstanceType.P6_B300_48XLARGE.networkCards;
    expect(b300).toHaveLength(17);
    expect(b300[0]).toEqual({ index: 0, maxInterfaces: 4, efa: false });
    expect(b300.slice(1).every((card) => card.efa)).toBe(true);
  });

  test('interconnects', () => {
    expect(GpuInstanceType.P3DN_24XLARGE.interconnect).toBe(GpuInterconnect.NVLINK_MESH);
    expect(GpuInstanceType.P4DE_24XLARGE.interconnect).toBe(GpuInterconnect.NVSWITCH);
    expect(GpuInstanceType.P4DE_24XLARGE.nvlinkDomainSize).toBe(8);
    expect(GpuInstanceType.G5_48XLARGE.interconnect).toBe(GpuInterconnect.PCIE);
    expect(GpuInstanceType.G5_48XLARGE.nvlinkDomainSize).toBe(1);
    expect(GpuInstanceType.P4D_24XLARGE).toMatchObject({ rdmaRead: true, rdmaWrite: false });
    expect(GpuInstanceType.P5_48XLARGE).toMatchObject({ rdmaRead: true, rdmaWrite: true });
    expect(GpuInstanceType.P3_16XLARGE.legacy).toBe(true);
  });

  test('nodes without EFA have no RDMA, whatever the rest of their family has', () => {
    for (const type of GpuInstanceType.ALL) {
      const efa = type.efaInterfaces > 0;
      expect([type.name, type.rdma]).toEqual([type.name, efa]);
      if (!efa) expect(type).toMatchObject({ rdmaRead: false, rdmaWrite: false, gpuDirect: false });
    }
    expect(GpuInstanceType.G6E_4XLARGE).toMatchObject({ rdma: false, rdmaRead: false });
    expect(GpuInstanceType.G6E_8XLARGE).toMatchObject({ rdma: true, rdmaRead: true });
  });

  test('invariants over all types', () => {
    expect(new Set(GpuInstanceType.ALL.map((type) => type.name)).size).toBe(GpuInstanceType.ALL.length);
    for (const type of GpuInstanceType.ALL) {
      expect(type.networkCards.map((card) => card.index)).toEqual(type.networkCards.map((_, i) => i));
      expect(type.gpuCount % type.nvlinkDomainSize).toBe(0);
      expect(type.nvlinkDomainSize > 1).toBe(/^NV/.test(type.interconnect));
      expect(type.nvlinkDomainSize > 1).toBe(type.gpuCount > 1 && type.gpu.nvlinkGBps > 0);
      // What a process can use is never above what EC2 states (rounded from decimal GB for A10G, L4 and L40S).
      expect(type.gpu.memory.gib).toBeLessThanOrEqual(type.gpuMemory.gib);
      expect(type.gpu.memory.gib).toBeGreaterThan(type.gpuMemory.gib * 0.88);
    }
  });

  test('an unknown name is refused with the nearest names', () => {
    expect(() => GpuInstanceType.of('p5.48xlage')).toThrow(
      /unknown GPU instance type 'p5.48xlage'; nearest: 'p5.48xlarge'/,
    );
  });

  const unlisted = { name: 'p9.metal', gpu: GpuType.B300, gpuCount: 8, vcpus: 256, memory: DataSize.gib(4096) };

  test('cards are in the order of their indices, whatever order they are given in', () => {
    const networkCards = [
      { index: 1, maxInterfaces: 1, efa: true },
      { index: 0, maxInterfaces: 15, efa: false },
    ];
    const type = GpuInstanceType.unlisted({ ...unlisted, networkCards, ipv4PerInterface: 50 });
    expect(type.networkCards.map(({ index }) => index)).toEqual([0, 1]);
    expect(type.defaultMaxPods).toBe(15 * 49 + 2);
    expect(type).toMatchObject({ isEc2: true, efaInterfaces: 1, rdma: true, legacy: false });
    expect(GpuInstanceType.ALL).not.toContain(type);
  });

  test.each([
    ['a name of the catalog', { name: 'p5.48xlarge' }, ['DUPLICATE name']],
    [
      'RDMA without EFA',
      { rdmaRead: true, rdmaWrite: true },
      ['rdmaRead', 'rdmaWrite'].map((p) => `CONFLICTING_PROPERTIES ${p}`),
    ],
    ['a name that EC2 would not give', { name: 'dgx-a100' }, ['INVALID_NAME name']],
    ['no GPUs', { gpuCount: 0 }, ['NOT_A_WHOLE_NUMBER gpuCount']],
    ['no addresses', { ipv4PerInterface: 0 }, ['NOT_A_WHOLE_NUMBER ipv4PerInterface']],
    ['no cards', { networkCards: [] }, ['EMPTY_LIST networkCards']],
    [
      'repeated cards',
      {
        networkCards: [
          { index: 0, maxInterfaces: 2, efa: true },
          { index: 0, maxInterfaces: 0, efa: true },
        ],
      },
      ['DUPLICATE networkCards', 'NOT_A_WHOLE_NUMBER networkCards[1].maxInterfaces'],
    ],
  ])('an unlisted type is refused for %s', (_, change, ids) => {
    expect(idsOf(faultsThrown(() => GpuInstanceType.unlisted({ ...unlisted, ...change })))).toEqual(ids);
  });
});

describe('GpuType', () => {
  test('knows the formats of each generation', () => {
    const formats = (gpu: GpuType) => Precision.ALL.filter((p) => gpu.supports(p)).map((p) => p.name);
    expect(formats(GpuType.V100_32GB)).toEqual(['fp32', 'fp16', 'int8', 'int4']);
    expect(formats(GpuType.T4)).toEqual(['fp32', 'fp16', 'int8', 'nvfp4', 'int4']);
    expect(formats(GpuType.A100_80GB)).toEqual([
      'fp32',
      'bf16',
      'fp16',
      'fp8',
      'fp8-block',
      'int8',
      'nvfp4',
      'mxfp4',
      'int4',
    ]);
    expect(formats(GpuType.L4)).toContain('fp8');
    expect(formats(GpuType.H100)).toContain('nvfp4');
    expect(GpuType.T4.sixteenBitPrecision).toBe(Precision.FP16);
    expect(GpuType.H100.sixteenBitPrecision).toBe(Precision.BF16);
  });

  test('has a positive rate for every format it supports', () => {
    for (const gpu of GpuType.ALL) {
      for (const precision of Precision.ALL.filter((p) => gpu.supports(p))) {
        expect(gpu.denseTflops(precision)).toBeGreaterThan(0);
      }
    }
  });

  test('is found by name in either spelling, and near names are offered', () => {
    expect(GpuType.of('a100_80gb')).toBe(GpuType.A100_80GB);
    expect(() => GpuType.of('H1000')).toThrow(/nearest: 'H100'/);
  });
});
