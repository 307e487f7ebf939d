import { GpuType } from '../catalog/gpu-type';
import { TritonRelease, TritonVariant } from '../catalog/serving-engine';
import { VllmRelease } from '../catalog/vllm-release';
import { EfaInstaller } from './efa-installer';
import { ImagePreset } from './image-preset';
import { VllmPlugin } from './vllm-plugin';

/**
 * What images of all kinds have.
 */
export interface ServingImageOptions {
  /**
   * Where it is pushed: a repository with its registry, without a tag, e.g. `registry.example.com/team/vllm`.
   * @default - a deployment cannot pull it
   */
  readonly repository?: string;
  /** Tag. @default - made of the versions in it, e.g. `cuda13.0.3-torch2.14.0` */
  readonly tag?: string;
  /**
   * Digest that the registry gave the image when it was pushed, e.g. `sha256:` and 64 hexadecimal digits: deployments then pull this image and no
   * other. It is not part of the Dockerfile.
   * @default - they pull the tag
   */
  readonly digest?: string;
  /** Digest of the image that it is built from, so that every build begins with the same one. @default - its tag alone */
  readonly baseDigest?: string;
  /** Further packages of PyPI, each with its version, e.g. `numpy==1.26.4`. @default - none */
  readonly packages?: string[];
  /** Further labels, e.g. `{ 'org.opencontainers.image.source': 'https://git.example.com/team/images' }`; never a secret. @default - none */
  readonly labels?: { [key: string]: string };
  /** Number of the user that it runs as, other than root's. @default 1000, as the pods of this library do */
  readonly user?: number;
  /** GPUs that it must run on, so that a CUDA without code for them is refused. @default - not checked */
  readonly gpus?: GpuType[];
  /** Oldest driver branch that it must run on, e.g. 580. @default - not checked */
  readonly driverMajor?: number;
}

/**
 * An image with PyTorch, transformers and ONNX Runtime on CUDA. Versions that are not given are those of the preset; other ones are checked
 * against each other.
 */
export interface PyTorchImageOptions extends ServingImageOptions {
  /** Versions that go together. @default ImagePreset.CURRENT */
  readonly preset?: ImagePreset;
  /** Version of CUDA, that of an image of NVIDIA's, e.g. `12.8.1`. @default - the preset's */
  readonly cuda?: string;
  /** Release of Ubuntu, which decides the version of Python: 22.04 has 3.10, 24.04 has 3.12. @default - the preset's if the CUDA is, otherwise the newest that NVIDIA has it for */
  readonly ubuntu?: string;
  /** Version of PyTorch, e.g. `2.8.0`. @default - the preset's */
  readonly torch?: string;
  /** Version of transformers. @default - the preset's */
  readonly transformers?: string;
  /** Version of ONNX Runtime. @default - the preset's */
  readonly onnxRuntime?: string;
  /**
   * What NCCL needs to use EFA between nodes of AWS, e.g. `EfaInstaller.DEFAULT`: for trainings on several of them.
   * @default - nothing; NCCL uses TCP between nodes
   */
  readonly efa?: EfaInstaller;
}

/**
 * An image of vLLM's own server with plugins, packages or what it needs to use EFA.
 */
export interface VllmImageOptions extends ServingImageOptions {
  /** Release that it is built from. @default VllmRelease.DEFAULT */
  readonly release?: VllmRelease;
  /** Formats that vLLM itself does not have. @default - none */
  readonly plugins?: VllmPlugin[];
  /**
   * What NCCL needs to use EFA between nodes of AWS, which vLLM's image lacks (https://github.com/vllm-project/vllm/issues/55635), e.g.
   * `EfaInstaller.DEFAULT`. It runs on nodes without EFA too.
   * @default - nothing; NCCL uses TCP between nodes
   */
  readonly efa?: EfaInstaller;
}

/**
 * An image of Triton with packages for the code of Python models, or with plugins of its vLLM.
 */
export interface TritonImageOptions extends ServingImageOptions {
  /** Release that it is built from. @default TritonRelease.DEFAULT */
  readonly release?: TritonRelease;
  /** Which backends it has. @default TritonVariant.STANDARD, with plugins TritonVariant.VLLM */
  readonly variant?: TritonVariant;
  /** Formats that vLLM itself does not have. @default - none */
  readonly plugins?: VllmPlugin[];
}

/**
 * An image for processors of Arm without CUDA.
 */
export interface ArmCpuImageOptions extends ServingImageOptions {
  /** Version of PyTorch. @default - that of ImagePreset.CURRENT */
  readonly torch?: string;
  /** Version of transformers. @default - that of ImagePreset.CURRENT */
  readonly transformers?: string;
  /** Version of ONNX Runtime. @default - that of ImagePreset.CURRENT */
  readonly onnxRuntime?: string;
}
