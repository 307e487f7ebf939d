import { TritonRelease } from '../../catalog/serving-engine';
import { VllmRelease } from '../../catalog/vllm-release';
import { SecretReference } from '../../core/secret-reference';
import { ServingImage } from '../../images/serving-image';
import { checkArguments } from '../../units/argument-faults';

/**
 * vLLM's own server as KServe runs it.
 */
export interface KServeVllmOptions {
  /** Release of vLLM: what `vllmImage` contains, if that is given. @default VllmRelease.DEFAULT */
  readonly vllmRelease?: VllmRelease;
  /** Image of vLLM, with its registry and a tag or a digest, as `VllmDeployment` takes it. @default - `vllm/vllm-openai` of `vllmRelease` */
  readonly vllmImage?: string;
  /** Image of your own as `ServingImage.vllm` describes it. @default - `vllm/vllm-openai` of `vllmRelease` */
  readonly servingImage?: ServingImage;
  /**
   * The key that requests must have, as `Authorization: Bearer <key>`: a secret in the namespace of the pods.
   * @default - one that Helm makes in the cluster once and no state holds: see `apiKeySecret`
   */
  readonly apiKey?: SecretReference;
  /** Requests that may wait beside those that run: see `VllmDeployment`. @default - as many as may run, at least 64 */
  readonly maxQueuedRequests?: number;
}

/**
 * Triton with its vLLM backend as KServe runs it.
 */
export interface KServeTritonOptions {
  /** Release of Triton: what `tritonImage` contains, if that is given. @default TritonRelease.DEFAULT */
  readonly tritonRelease?: TritonRelease;
  /** Image of Triton, with its registry and a tag or a digest, as `TritonDeployment` takes it. @default - NVIDIA's of `tritonRelease` */
  readonly tritonImage?: string;
  /** Image of your own as `ServingImage.triton` describes it. @default - NVIDIA's of `tritonRelease` */
  readonly servingImage?: ServingImage;
  /** Whether vLLM's metrics appear on Triton's metrics port. @default true */
  readonly engineMetrics?: boolean;
}

/**
 * What serves the model of a `KServeInferenceService`, always with its release said.
 *
 * KServe's own runtimes are not used. `kserve-tritonserver` runs Triton 23.05 with 1 CPU and 2 GiB where a service does not say otherwise, and loads
 * whatever is in the folder of the model; arguments can only be added to those of a runtime, never replace them.
 *
 * @see https://github.com/kserve/kserve (config/runtimes and charts/kserve-runtime-configs/values.yaml of v0.20.0)
 */
export class KServeRuntime {
  /**
   * vLLM's own server, with the API of OpenAI.
   *
   * @param options its release and its key @default - those of `VllmDeployment`
   */
  public static vllm(options?: KServeVllmOptions): KServeRuntime {
    return new KServeRuntime('vllm', options ?? {}, undefined);
  }

  /**
   * Triton with its vLLM backend, with the Open Inference Protocol (version 2).
   *
   * @param options its release @default - that of `TritonDeployment`
   */
  public static triton(options?: KServeTritonOptions): KServeRuntime {
    return new KServeRuntime('triton', undefined, options ?? {});
  }

  /** Its name: `vllm` or `triton`. */
  public readonly name: string;
  /** @internal */
  public readonly _vllm?: KServeVllmOptions;
  /** @internal */
  public readonly _triton?: KServeTritonOptions;

  private constructor(name: string, vllm: KServeVllmOptions | undefined, triton: KServeTritonOptions | undefined) {
    this.name = name;
    this._vllm = vllm;
    this._triton = triton;
  }

  /** Its name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('KServeRuntime', KServeRuntime);
