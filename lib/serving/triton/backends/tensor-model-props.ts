import { DynamicBatching, TensorSpec, VersionPolicy } from '../model-options';
import { ModelInstances } from '../model-instances';
import { HardwareConfiguration } from '../settings/hardware-configuration';
import { InstanceSettings } from '../settings/model-settings';

/**
 * What all models of tensors have in common that run on devices of the server, whatever their backend.
 */
export interface TensorModelProps extends InstanceSettings {
  /** Name it is served under, and its folder in the model store. */
  readonly name: string;
  /**
   * Version in the model store, as in `s3://<bucket>/<name>/<version>`. Triton serves it under this number, or as 1 if it is not a number.
   * @default '1'
   */
  readonly version?: string;
  /** Further versions to keep available, e.g. the previous one; with them every version must be a number. @default - none */
  readonly otherVersions?: string[];
  /** Inputs of the model. */
  readonly inputs: TensorSpec[];
  /** Outputs of the model. */
  readonly outputs: TensorSpec[];
  /** Largest batch; 0 for a model whose first dimension is not a batch. */
  readonly maxBatchSize: number;
  /** How requests are joined into batches. @default - on with a bounded queue where `maxBatchSize` is at least 1 and there is no `sequenceBatching` */
  readonly dynamicBatching?: DynamicBatching;
  /** Instances, and what they run on. @default - one: of a Python model on the CPU, of any other on a GPU of its own */
  readonly instances?: ModelInstances;
  /** What is otherwise on some hardware, by a name that deployments choose with `modelConfiguration`, e.g. `a10g`. @default - nothing */
  readonly configurations?: { [name: string]: HardwareConfiguration };
  /** Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on. @default - 13 bounds from 5 to 60000 */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default - the newest; all of them where there are `otherVersions` */
  readonly versionPolicy?: VersionPolicy;
}
