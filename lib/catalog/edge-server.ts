import { CpuArchitecture } from './cpu-architecture';
import { TritonRelease } from './serving-engine';
import { VllmRelease } from './vllm-release';

/** Programs that serve models at a site. */
export enum EdgeServerKind {
  /** vLLM's own server: language models by the API of OpenAI. */
  VLLM = 'vllm',
  /** NVIDIA Triton: tensors by its HTTP and gRPC APIs. */
  TRITON = 'triton',
  /** A program of one's own on ONNX Runtime, in an image that `ServingImage.armCpu` describes. */
  ONNX_RUNTIME = 'onnx-runtime',
}

/** What is served, and by which releases. */
export interface EdgeServerOptions {
  /**
   * Program to serve by.
   * @default - vLLM for language models where its image runs, else Triton where its image runs, else ONNX Runtime
   */
  readonly kind?: EdgeServerKind;
  /** Whether the model is tensors in and out, such as one of ONNX, rather than a language model. @default false */
  readonly tensors?: boolean;
  /** Release of vLLM's own server. @default VllmRelease.DEFAULT */
  readonly vllmRelease?: VllmRelease;
  /** Release of Triton. @default TritonRelease.DEFAULT */
  readonly tritonRelease?: TritonRelease;
}

/** The program that serves models on a kind of hardware. */
export interface EdgeServer {
  /** Program. */
  readonly kind: EdgeServerKind;
  /** Upstream image. @default - one's own, which `ServingImage.armCpu` describes */
  readonly image?: string;
  /** Architecture that the image is pulled for. */
  readonly architecture: CpuArchitecture;
  /** RuntimeClass of its pods. @default - that of the cluster */
  readonly runtimeClass?: string;
  /** Oldest major version of the driver on the host, of Windows under WSL2. @default - JetPack has it, or there is none */
  readonly minimumDriver?: number;
  /** Why this program, and what it lacks there. */
  readonly reasons: string[];
}
