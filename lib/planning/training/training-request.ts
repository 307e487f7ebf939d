import { GpuNodeType } from '../../catalog/gpu-node-type';
import { ModelSpec } from '../../catalog/model-spec';
import { DeepSpeedConfig } from './deep-speed-config';

/**
 * What is trained, where and how.
 */
export interface TrainingRequest {
  /** The model, all of whose parameters are trained. */
  readonly model: ModelSpec;
  /** Hardware of each node. */
  readonly hardware: GpuNodeType;
  /** Nodes. @default 1 */
  readonly nodes?: number;
  /** GPUs of each node. @default - all of them */
  readonly gpusPerNode?: number;
  /** Tokens of a sequence. */
  readonly sequenceLength: number;
  /** How DeepSpeed trains it. @default DeepSpeedConfig.of() */
  readonly deepSpeed?: DeepSpeedConfig;
}
