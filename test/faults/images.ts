import { GpuType, VllmRelease } from '../../lib/catalog';
import { EfaInstaller, ImagePreset, PyTorchImageOptions, ServingImage, VllmPlugin } from '../../lib/images';
import { FaultText } from './fault-text';

const image = (options: PyTorchImageOptions) => () => ServingImage.pyTorch(options);

export const TEXTS: FaultText[] = [
  {
    id: 'EFA_INSTALLER_LACKS_PLUGIN',
    property: 'version',
    text: 'EFA installer 1.38.1 has no aws-ofi-nccl, without which NCCL does not use EFA; use 1.39.0 or later',
    refuse: () => EfaInstaller.custom({ version: '1.38.1', sha256: '0'.repeat(64) }),
  },
  {
    id: 'IMAGE_DRIVER_TOO_OLD',
    property: 'driverMajor',
    text: 'CUDA 13.0.3 needs driver 580 or later, but the image must run on 570; use an older CUDA, or nodes with a newer driver',
    refuse: image({ driverMajor: 570 }),
  },
  {
    id: 'IMAGE_LACKS_GPU_CODE',
    property: 'gpus[0]',
    text: 'CUDA 13.0.3 does not run on V100-16GB (compute capability 7.0): it has had no code for GPUs before Turing since 13.0; use a CUDA of 12, or a newer GPU',
    refuse: image({ gpus: [GpuType.V100_16GB] }),
  },
  {
    id: 'IMAGE_LACKS_GPU_CODE',
    property: 'gpus[0]',
    text: 'CUDA 11.8.0 does not run on B200 (compute capability 10.0): it has code for Blackwell since 12.8 only; use that or a later one, or an older GPU',
    refuse: image({ preset: ImagePreset.CUDA_11_8, gpus: [GpuType.B200] }),
  },
  {
    id: 'IMAGE_LACKS_GPU_CODE',
    property: 'gpus[0]',
    text: 'the image has no CUDA, which T4 cannot be used by; leave it out, or use another kind of image',
    refuse: () => ServingImage.armCpu({ gpus: [GpuType.T4] }),
  },
  {
    id: 'IMAGE_RUNS_AS_ROOT',
    property: 'user',
    text: "user must not be 0, root's: pods of Pod Security level 'restricted' do not start as root; leave it out, or give another number",
    refuse: image({ user: 0 }),
  },
  {
    id: 'PACKAGE_CONTRADICTS_IMAGE',
    property: 'packages[0]',
    text: "packages[0] 'vllm==0.19.0' contradicts the image of vLLM 0.24.0, which has vllm 0.24.0; leave it out, or use an image with that version",
    refuse: () => ServingImage.vllm({ release: VllmRelease.of('0.24.0'), packages: ['vllm==0.19.0'] }),
  },
  {
    id: 'LITERAL_SECRET',
    property: "labels['org.example.password']",
    text:
      "labels['org.example.password'] must not hold a secret, because it becomes part of the state and of the cluster; got the text of one; leave it out: " +
      'everybody who may pull the image reads its labels',
    refuse: image({ labels: { 'org.example.password': 'hunter2' } }),
  },
  {
    id: 'PACKAGES_INCOMPATIBLE',
    property: 'packages',
    text: 'PyTorch 2.0.1 cannot use NumPy 2.2.6: it works with NumPy 2 since 2.3.0; use numpy==1.26.4, or a newer PyTorch',
    refuse: image({ preset: ImagePreset.CUDA_11_8, packages: ['numpy==2.2.6'] }),
  },
  {
    id: 'PACKAGE_LACKS_CUDA',
    property: 'torch',
    text: 'PyTorch 2.9.1 has wheels for CUDA 12.8, 12.6, 13.0, but the image has 11.8.0; use an image of one of them, or another PyTorch',
    refuse: image({ preset: ImagePreset.CUDA_11_8, torch: '2.9.1' }),
  },
  {
    id: 'PACKAGE_LACKS_CUDA',
    property: 'onnxRuntime',
    text:
      'ONNX Runtime 1.26.0 is built for CUDA 12, but the image has 13.0.3, so that it would run on the processor; use a release for CUDA 13: 1.15 to ' +
      '1.18 for 11, 1.19 to 1.26 for 12, from 1.27 on for 13',
    refuse: image({ onnxRuntime: '1.26.0' }),
  },
  {
    id: 'PACKAGE_LACKS_CUDNN',
    property: 'torch',
    text: 'PyTorch 2.4.1 needs cuDNN 9, but the image of CUDA 12.1.1 has 8; use another release of it, or another CUDA',
    refuse: image({ cuda: '12.1.1', torch: '2.4.1' }),
  },
  {
    id: 'PACKAGE_LACKS_PYTHON',
    property: 'transformers',
    text: 'transformers 4.30.0 has wheels for Python 3.7 to 3.11, but Ubuntu 24.04 has 3.12; use another release of it, or another Ubuntu',
    refuse: image({ transformers: '4.30.0' }),
  },
  {
    id: 'PACKAGE_NOT_PINNED',
    property: 'packages[0]',
    text:
      "packages[0] must be a package of PyPI with its version, e.g. 'numpy==1.26.4': ranges and URLs change what is built, and URLs may hold a secret; got " +
      "'numpy'",
    refuse: image({ packages: ['numpy'] }),
  },
  {
    id: 'PLUGIN_ALREADY_IN_VLLM',
    property: 'plugins[0]',
    text:
      "vLLM 0.24.0 has 'bitsandbytes' itself, and does not start where 'vllm-bnb-plugin==0.0.3' registers it again; leave the plugin out, or use a " +
      'later release',
    refuse: () => ServingImage.vllm({ plugins: [VllmPlugin.BITSANDBYTES] }),
  },
];
