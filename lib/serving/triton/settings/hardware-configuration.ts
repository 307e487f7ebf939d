import { ModelInstances } from '../model-instances';
import { DynamicBatching } from '../model-options';
import { InstanceSettings } from './model-settings';

/**
 * What a model has otherwise on some hardware. Everything else is as the model says.
 *
 * The deployment chooses one by `modelConfiguration`, so that one list of models serves pools of several kinds: the repository is the same
 * everywhere, and each server takes its own `configs/<name>.pbtxt` of it.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md#custom-model-configuration
 */
export interface HardwareConfiguration extends InstanceSettings {
  /** Largest batch. @default - as the model says */
  readonly maxBatchSize?: number;
  /** How requests are joined into batches. @default - as the model says */
  readonly dynamicBatching?: DynamicBatching;
  /** Instances, and what they run on. @default - as the model says */
  readonly instances?: ModelInstances;
  /** Bounds of the latency histogram in milliseconds. @default - as the model says */
  readonly latencyBucketsMs?: number[];
}
