import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { DataSize } from '../../units/data-size';

/**
 * What a pipeline publishes, as a deployment serves it: `models: [{ ...pipeline.output }]` of a `VllmDeployment`,
 * `TritonModel.vllm({ ...pipeline.output })`. They wait for its Job as for an import, and are planned by the format that it writes.
 */
export interface PipelineOutput {
  /** Name of the result: its folder in the store. */
  readonly name: string;
  /** Version of the result. */
  readonly version: string;
  /** The result, with the layers that are left. */
  readonly model: ModelSpec;
  /** Format of its weights. */
  readonly precision: Precision;
  /** Size of its weights. @default - what the precision says; given where groups of weights are smaller than those that it counts */
  readonly checkpointSize?: DataSize;
}
