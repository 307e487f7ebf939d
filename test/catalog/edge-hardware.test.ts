import {
  CpuArchitecture,
  DataSize,
  EdgeHardware,
  EdgeNeeds,
  EdgePlatform,
  EdgeServerKind,
  EdgeServerOptions,
  GpuType,
  JetPackRelease,
  TritonRelease,
  VllmRelease,
} from '../../lib/planning';
import { UnscopedValidationError } from '../../lib/units';

function faultsOf(body: () => unknown): string[] {
  try {
    body();
    return [];
  } catch (error) {
    return (error as UnscopedValidationError).faults.map(({ id, property }) => `${id} ${property}`);
  }
}

const host = { vcpus: 8, memory: DataSize.gib(32) };
const T4 = EdgeHardware.server({ ...host, gpu: GpuType.T4 });
const T4_X4 = EdgeHardware.server({ ...host, gpu: GpuType.T4, gpuCount: 4 });
const L4 = EdgeHardware.server({ ...host, gpu: GpuType.L4, gpuCount: 2 });
const A2 = EdgeHardware.server({ ...host, gpu: GpuType.A2 });
const ORIN = EdgeHardware.jetson({ board: GpuType.JETSON_AGX_ORIN_64GB });
const OLD_ORIN = EdgeHardware.jetson({ board: GpuType.JETSON_ORIN_NANO_8GB, jetPack: JetPackRelease.V6_2 });
const THOR = EdgeHardware.jetson({ board: GpuType.JETSON_AGX_THOR_128GB });
const WSL2 = EdgeHardware.wsl2({ ...host, gpu: GpuType.RTX_4090 });
const ARM = EdgeHardware.cpu(host);
const ALL = [T4, T4_X4, L4, A2, ORIN, OLD_ORIN, THOR, WSL2, ARM];

/** The row of docs/edge-hardware.md: name, platform, architecture, GPUs, class of the runtime. */
test.each<[EdgeHardware, string, EdgePlatform, CpuArchitecture, number, string | undefined]>([
  [T4, 't4', EdgePlatform.LINUX, CpuArchitecture.X86_64, 1, 'nvidia'],
  [T4_X4, 't4-x4', EdgePlatform.LINUX, CpuArchitecture.X86_64, 4, 'nvidia'],
  [L4, 'l4-x2', EdgePlatform.LINUX, CpuArchitecture.X86_64, 2, 'nvidia'],
  [A2, 'a2', EdgePlatform.LINUX, CpuArchitecture.X86_64, 1, 'nvidia'],
  [ORIN, 'jetson-agx-orin-64gb', EdgePlatform.JETSON, CpuArchitecture.ARM64, 1, 'nvidia'],
  [OLD_ORIN, 'jetson-orin-nano-8gb', EdgePlatform.JETSON, CpuArchitecture.ARM64, 1, 'nvidia'],
  [THOR, 'jetson-agx-thor-128gb', EdgePlatform.JETSON, CpuArchitecture.ARM64, 1, 'nvidia'],
  [WSL2, 'rtx-4090-wsl2', EdgePlatform.WSL2, CpuArchitecture.X86_64, 1, 'nvidia'],
  [ARM, 'arm64-cpu', EdgePlatform.CPU, CpuArchitecture.ARM64, 0, undefined],
])('%s is what it is called', (hardware, name, platform, architecture, gpuCount, runtimeClass) => {
  expect(hardware).toMatchObject({ name, platform, architecture, gpuCount, runtimeClass });
  expect(`${hardware}`).toBe(name);
  expect(hardware.nodeType?.architecture).toBe(gpuCount === 0 ? undefined : architecture);
});

test('a Jetson has the memory of its board once, and no RDMA', () => {
  expect(ORIN.memory).toBe(GpuType.JETSON_AGX_ORIN_64GB.memory);
  expect(ORIN.nodeType).toMatchObject({ vcpus: 12, gpuCount: 1, rdma: false, gpuDirect: false });
  expect(THOR.nodeType?.vcpus).toBe(14);
  expect(OLD_ORIN.nodeType?.vcpus).toBe(6);
});

describe('the server of each', () => {
  const VLLM = 'docker.io/vllm/vllm-openai:v0.24.0';
  test.each<[EdgeHardware, EdgeServerOptions, EdgeServerKind, string | undefined, number | undefined]>([
    [T4, {}, EdgeServerKind.VLLM, VLLM, 580],
    [A2, {}, EdgeServerKind.VLLM, VLLM, 580],
    [WSL2, {}, EdgeServerKind.VLLM, VLLM, 580],
    [ORIN, {}, EdgeServerKind.VLLM, VLLM, undefined],
    [THOR, {}, EdgeServerKind.VLLM, VLLM, undefined],
    [OLD_ORIN, {}, EdgeServerKind.ONNX_RUNTIME, undefined, undefined],
    [ARM, {}, EdgeServerKind.ONNX_RUNTIME, undefined, undefined],
    [T4, { tensors: true }, EdgeServerKind.TRITON, 'nvcr.io/nvidia/tritonserver:26.07-py3', 580],
    [WSL2, { tensors: true }, EdgeServerKind.TRITON, 'nvcr.io/nvidia/tritonserver:26.07-py3', 580],
    [ORIN, { tensors: true }, EdgeServerKind.ONNX_RUNTIME, undefined, undefined],
    [THOR, { tensors: true, tritonRelease: TritonRelease.V26_02 }, EdgeServerKind.ONNX_RUNTIME, undefined, undefined],
    [
      OLD_ORIN,
      { tensors: true, tritonRelease: TritonRelease.V26_02 },
      EdgeServerKind.TRITON,
      'nvcr.io/nvidia/tritonserver:26.02-py3-igpu',
      undefined,
    ],
    [
      T4,
      { kind: EdgeServerKind.TRITON },
      EdgeServerKind.TRITON,
      'nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3',
      580,
    ],
    [T4, { kind: EdgeServerKind.ONNX_RUNTIME }, EdgeServerKind.ONNX_RUNTIME, undefined, undefined],
  ])('%s with %j: %s', (hardware, options, kind, image, minimumDriver) => {
    const server = hardware.modelServer(options);
    expect({ kind: server.kind, image: server.image, minimumDriver: server.minimumDriver }).toEqual({
      kind,
      image,
      minimumDriver,
    });
    expect(server.architecture).toBe(hardware.architecture);
    expect(server.reasons.length).toBeGreaterThan(0);
  });

  test('it says why what comes first does not run, and what Triton lacks on a Jetson', () => {
    expect(OLD_ORIN.modelServer().reasons.join('\n')).toMatch(
      /not vLLM 0\.24\.0: .*JetPack 6\.2 has 36[^]*not Triton 26\.07/,
    );
    const triton = OLD_ORIN.modelServer({ tensors: true, tritonRelease: TritonRelease.V26_02 });
    expect(triton.reasons.join('\n')).toContain('no models from S3');
  });

  test.each<[string, EdgeHardware, EdgeServerOptions]>([
    ['Triton from 26.03 on, on Orin', ORIN, { kind: EdgeServerKind.TRITON, tritonRelease: TritonRelease.of('26.03') }],
    ['Triton from 26.03 on, of tensors', ORIN, { kind: EdgeServerKind.TRITON, tensors: true }],
    ['Triton on Thor', THOR, { kind: EdgeServerKind.TRITON, tritonRelease: TritonRelease.V26_02 }],
    ['the vLLM of Triton on Orin', ORIN, { kind: EdgeServerKind.TRITON, tritonRelease: TritonRelease.V26_02 }],
    ['vLLM before 0.20 on Thor', THOR, { kind: EdgeServerKind.VLLM, vllmRelease: VllmRelease.V0_19_1 }],
    ['vLLM on Orin with JetPack 6', OLD_ORIN, { kind: EdgeServerKind.VLLM }],
    ['vLLM without CUDA', ARM, { kind: EdgeServerKind.VLLM }],
    ['Triton without CUDA', ARM, { kind: EdgeServerKind.TRITON, tensors: true }],
    [
      'vLLM on a GPU that it has no code for',
      EdgeHardware.server({ ...host, gpu: GpuType.V100_PCIE_32GB }),
      { kind: EdgeServerKind.VLLM },
    ],
  ])('%s is refused', (_, hardware, options) => {
    expect(faultsOf(() => hardware.modelServer(options))).toEqual(['EDGE_SERVER_NOT_AVAILABLE kind']);
  });

  test('tensors are nothing for vLLM', () => {
    expect(faultsOf(() => T4.modelServer({ kind: EdgeServerKind.VLLM, tensors: true }))).toEqual([
      'CONFLICTING_PROPERTIES kind',
    ]);
  });
});

describe('what a machine has', () => {
  const cuda = { cudaVersion: '13.0.3' };
  const forArm = { imageArchitectures: [CpuArchitecture.ARM64] };
  test.each<[EdgeHardware, EdgeNeeds, string[]]>([
    [T4, { rdma: true, gpuDirect: true, mig: true }, ['rdma', 'gpuDirect', 'mig']],
    [WSL2, { rdma: true, gpuDirect: true, mig: true }, ['rdma', 'gpuDirect', 'mig']],
    [ORIN, { rdma: true, mig: true }, ['rdma', 'mig']],
    [ARM, { ...cuda, imageArchitectures: [CpuArchitecture.X86_64] }, ['cudaVersion', 'imageArchitectures']],
    [ARM, forArm, []],
    [THOR, { mig: true, ...cuda, ...forArm }, []],
    [T4, { ...cuda, ...forArm }, ['imageArchitectures']],
    [EdgeHardware.server({ ...host, gpu: GpuType.A30, rdma: true }), { rdma: true, gpuDirect: true, mig: true }, []],
    [EdgeHardware.wsl2({ ...host, gpu: GpuType.A30 }), { mig: true }, ['mig']],
  ])('%s with %j lacks %j', (hardware, needs, lacking) => {
    expect(faultsOf(() => hardware.requireFeatures(needs))).toEqual(
      lacking.map((property) => `EDGE_HARDWARE_LACKS_FEATURE ${property}`),
    );
  });

  test('every kind of machine takes images of its own architecture', () => {
    for (const hardware of ALL) hardware.requireFeatures({ imageArchitectures: [hardware.architecture] });
  });
});

describe('machines that there are not', () => {
  test.each<[string, () => unknown, string[]]>([
    ['a card of AMD', () => EdgeHardware.server({ ...host, gpu: GpuType.MI300X }), ['EDGE_HARDWARE_NOT_SUPPORTED gpu']],
    [
      'a board as a card',
      () => EdgeHardware.server({ ...host, gpu: GpuType.JETSON_AGX_ORIN_64GB }),
      ['EDGE_HARDWARE_NOT_SUPPORTED gpu'],
    ],
    ['a card as a board', () => EdgeHardware.jetson({ board: GpuType.T4 }), ['EDGE_HARDWARE_NOT_SUPPORTED board']],
    [
      'Thor with JetPack 6',
      () => EdgeHardware.jetson({ board: GpuType.JETSON_AGX_THOR_128GB, jetPack: JetPackRelease.V6_2 }),
      ['EDGE_HARDWARE_NOT_SUPPORTED jetPack'],
    ],
    [
      'all that WSL2 has not',
      () =>
        EdgeHardware.wsl2({
          ...{ ...host, gpu: GpuType.L4, gpuCount: 2, rdma: true, architecture: CpuArchitecture.ARM64 },
        }),
      ['gpuCount', 'rdma', 'architecture'].map((property) => `EDGE_HARDWARE_NOT_SUPPORTED ${property}`),
    ],
    [
      'no processors, no memory',
      () => EdgeHardware.cpu({ vcpus: 0, memory: DataSize.gib(0), name: 'A' }),
      ['INVALID_NAME name', 'NOT_A_WHOLE_NUMBER vcpus', 'OUT_OF_RANGE memory'],
    ],
    ['an unknown JetPack', () => JetPackRelease.of('5.1'), ['UNKNOWN_VALUE undefined']],
  ])('%s', (_, describe, faults) => expect(faultsOf(describe)).toEqual(faults));
});
