import { readFileSync } from 'fs';
import * as path from 'path';
import { CpuArchitecture, EksRelease, TritonRelease, VllmRelease } from '../../lib/catalog';
import { isForwardCompatible } from '../../lib/catalog/cuda-driver';
import { isDataCenterGpu } from '../../lib/catalog/gpu-type-table';
import { operatorDriver, operatorWithDriver } from '../../lib/catalog/gpu-operator-drivers';
import { bannedNodeImage, nodeImageDriver } from '../../lib/catalog/node-image-drivers';
import { ONNX_RUNTIMES_TRIED, onnxBounds } from '../../lib/catalog/onnx-runtime-releases';
import { UPSTREAM_IMAGES } from '../../lib/catalog/vllm-release';
import { TRITON_IMAGES } from '../../lib/catalog/serving-engine';
import { faultsThrown, idsOf } from '../support/faults';

describe('releases of vLLM', () => {
  test('are found by their version, with or without the v of the tag', () => {
    expect(VllmRelease.of('0.24.0')).toEqual(VllmRelease.DEFAULT);
    expect(VllmRelease.of('v0.24.0').image()).toBe('docker.io/vllm/vllm-openai:v0.24.0');
    expect(`${VllmRelease.ALL[0]} to ${VllmRelease.ALL[VllmRelease.ALL.length - 1]}`).toBe('0.15.0 to 0.33.0');
  });

  test.each([
    ['0.19.1', '2.10.0', '12.9.1', 525, 7.0],
    ['0.20.0', '2.11.0', '13.0.2', 580, 7.5],
    ['0.27.1', '2.13.0', '13.0.3', 580, 7.5],
    ['0.33.0', '2.14.0', '13.0.3', 580, 7.5],
  ])(
    '%s has PyTorch %s and CUDA %s, for driver %d and compute capability %d',
    (version, torch, cuda, driver, least) => {
      expect(VllmRelease.of(version)).toMatchObject({
        ...{ torchVersion: torch, cudaVersion: cuda, minimumDriver: driver, minimumComputeCapability: least },
        architectures: [CpuArchitecture.X86_64, CpuArchitecture.ARM64],
      });
    },
  );

  test('have the vulnerabilities of vLLM, and none of Triton', () => {
    const ids = (version: string) => VllmRelease.of(version).advisories.map(({ id }) => id);
    expect(ids('0.17.1')).toEqual(['CVE-2026-27893']);
    expect(ids('0.18.0')).toEqual([]);
  });

  test.each([
    [{ vllmVersion: 'v0.34' }, 'INVALID_FORMAT vllmVersion'],
    [{ cudaVersion: 'cu130' }, 'INVALID_FORMAT cudaVersion'],
    [{ torchVersion: '' }, 'INVALID_FORMAT torchVersion'],
    // CUDA 13 has no code for Volta.
    [{ minimumComputeCapability: 7.0 }, 'OUT_OF_RANGE minimumComputeCapability'],
    [{ cudaVersion: '12.9.1', minimumComputeCapability: -1 }, 'OUT_OF_RANGE minimumComputeCapability'],
  ])('%j is refused: %s', (more, expected) => {
    const make = () => VllmRelease.custom({ vllmVersion: '0.34.0', cudaVersion: '13.0.3', ...more });
    expect(idsOf(faultsThrown(make))).toEqual([expected]);
  });

  test('of CUDA 12 run on Volta', () => {
    const made = VllmRelease.custom({ vllmVersion: '0.14.1', cudaVersion: '12.9.1', minimumComputeCapability: 7.0 });
    expect(made).toMatchObject({ minimumDriver: 525, minimumComputeCapability: 7.0 });
  });

  test('are advised by the words of their images', () => {
    expect([UPSTREAM_IMAGES.with('0.29.0'), UPSTREAM_IMAGES.with('0.99.0')]).toEqual([
      'vLLM 0.29.0 or later',
      'vLLM 0.99.0 or later',
    ]);
    expect([UPSTREAM_IMAGES.before('0.24.0'), UPSTREAM_IMAGES.before('0.15.0')]).toEqual([
      'vLLM 0.23.0',
      'a vLLM before 0.15.0',
    ]);
    expect([TRITON_IMAGES.with('0.20.0'), TRITON_IMAGES.before('0.5.0')]).toEqual([
      'Triton 26.06 or later',
      'a release with a vLLM before 0.5.0',
    ]);
  });
});

test('Volta is in no release of Triton with CUDA 13', () => {
  const thirteen = TritonRelease.ALL.filter(({ cudaVersion }) => cudaVersion.startsWith('13.'));
  expect(thirteen.length).toBeGreaterThan(10);
  expect(thirteen.filter(({ minimumComputeCapability }) => minimumComputeCapability < 7.5)).toEqual([]);
  const custom = () =>
    TritonRelease.custom({
      ...{ release: '26.12', vllmVersion: '0.31.0', onnxRuntimeVersion: '1.28.0', cudaVersion: '13.4.3' },
      ...{ cudaDriver: '615.61', minimumComputeCapability: 7.0 },
    });
  expect(idsOf(faultsThrown(custom))).toEqual(['OUT_OF_RANGE minimumComputeCapability']);
});

describe('ONNX Runtime', () => {
  /** What each release loaded of models with ever higher numbers: scripts/onnx-runtime/read.py. */
  const tried = JSON.parse(readFileSync(path.join(__dirname, 'fixtures/onnx-runtime.json'), 'utf8')) as {
    readonly [version: string]: { readonly opset: number; readonly ir: number };
  };

  test.each(Object.keys(tried))('%s loads what it loaded when it was tried', (version) => {
    const { opset, ir } = tried[version];
    expect(onnxBounds(version)).toEqual({ least: { opset, ir }, most: { opset, ir } });
  });

  test('every release of Triton has one that was tried, and no other is in the table', () => {
    const used = TritonRelease.ALL.map(({ onnxRuntimeVersion }) => onnxRuntimeVersion);
    expect(used.filter((version) => !ONNX_RUNTIMES_TRIED.includes(version))).toEqual([]);
    expect([...ONNX_RUNTIMES_TRIED].sort()).toEqual(Object.keys(tried).sort());
  });

  test('of others the neighbors are bounds', () => {
    expect(onnxBounds('1.25.0')).toEqual({ least: { opset: 25, ir: 13 }, most: { opset: 26, ir: 13 } });
    expect(onnxBounds('1.40.0')).toEqual({ least: { opset: 28, ir: 14 }, most: undefined });
    expect(onnxBounds('1.10.0')).toEqual({ least: undefined, most: { opset: 21, ir: 10 } });
  });
});

describe('drivers', () => {
  test.each([
    ['12.6.3', 535, true],
    ['13.2.1', 470, true],
    ['13.2.1', 550, false],
    ['13.2.1', 545, false],
    ['13.3.0', 535, false],
    ['12.5.1', 535, false],
  ])('CUDA %s runs on driver %d by compatibility libraries: %s', (cuda, driver, expected) => {
    expect(isForwardCompatible(cuda, driver)).toBe(expected);
  });

  test.each([
    ['H100', true],
    ['T4', true],
    ['RTX-4090', false],
    ['GB10', false],
    ['MI300X', false],
    ['toString', false],
  ])('%s is a GPU of data centers: %s', (name, expected) => {
    expect(isDataCenterGpu(name)).toBe(expected);
  });

  test.each([
    ['1.33.0-20250519', 570],
    ['1.33.0-20250715', 575],
    ['1.33.5-20251016', 570],
    // Some of its images have 570, others 580.
    ['1.33.5-20251023', undefined],
    ['1.34.1-20251029', 580],
    ['1.35.6-20260714', 580],
    ['1.37.1-20261023', undefined],
    ['1.32.0-20241225', undefined],
    ['1.62.0-1d7b2d2f', undefined],
    [undefined, undefined],
  ])('image %s has driver %s', (release, expected) => {
    expect(nodeImageDriver(release)).toBe(expected);
  });

  test('of the image are those of the release that pins it', () => {
    const { nvidiaDriverMajor: _, ...versions } = EksRelease.V1_35;
    const at = (date: string) =>
      EksRelease.custom({ ...versions, nodeImageVersion: `1.35.1-${date}` }).nvidiaDriverMajor;
    expect([at('20260610'), at('20261101')]).toEqual([580, undefined]);
    expect(EksRelease.ALL.map((each) => nodeImageDriver(each.nodeImageVersion))).toEqual([580, 580, 580]);
  });

  test.each([
    ['v26.3.3', '580.126.20'],
    ['v26.7.0', '595.91.07'],
    ['v99.0.0', undefined],
    ['toString', undefined],
  ])('GPU operator %s installs %s', (chart, expected) => {
    expect(operatorDriver(chart)).toBe(expected);
  });

  test('the newest operator with an older driver', () => {
    expect([580, 575, 500].map(operatorWithDriver)).toEqual(['v26.3.3', 'v25.3.2', undefined]);
  });
});

test.each([
  ['1.35.6-20261003', true],
  ['1.31.14-20261003', true],
  ['1.36.2-20261003', false],
  ['1.37.1-20261003', false],
  ['1.35.6-20260714', false],
  ['1.30.14-20261003', false],
])('image %s is banned: %s', (release, expected) => {
  expect(bannedNodeImage(release) !== undefined).toBe(expected);
});
