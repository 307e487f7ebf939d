import { TritonRelease } from '../../catalog/serving-engine';
import { ServingImage } from '../../images/serving-image';
import { ServingOptions } from '../pod/serving-options';
import { OpenAiFrontEndOptions } from './openai/openai-front-end-options';
import { TritonServerSettings } from './settings/server-settings';

/**
 * How Triton serves, whatever the models and their hardware: what a deployment has of its own, and a topology passes on to those that it creates.
 */
export interface TritonServingOptions extends ServingOptions, TritonServerSettings {
  /** Release of Triton: what `tritonImage` contains, if that is given. @default TritonRelease.DEFAULT */
  readonly tritonRelease?: TritonRelease;
  /**
   * Image of Triton, with its registry and a tag or a digest: the release's by its digest, or one of your own made from it. It must have what the
   * image of `tritonRelease` has: its entry point, `sh`, `curl` and `awk` for the probes, and the same versions.
   * @default - NVIDIA's of `tritonRelease`
   */
  readonly tritonImage?: string;
  /**
   * Image of your own as `ServingImage.triton` describes it, with `repository` and, so that no other is ever pulled, `digest`. It says which release
   * it is made of, and which formats the plugins of its vLLM add.
   * @default - NVIDIA's of `tritonRelease`
   */
  readonly servingImage?: ServingImage;
  /**
   * NVIDIA's OpenAI front end of the same image, as the server's process: it runs Triton itself, beside it the tensor API, and the metrics are on
   * its port. `{}` is enough: `openAi: {}`. To give or remove it replaces the pods.
   * @default - the tensor API alone
   */
  readonly openAi?: OpenAiFrontEndOptions;
}
