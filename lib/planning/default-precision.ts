import { GpuType } from '../catalog/gpu-type';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';

/**
 * The format of the weights where none is given; the planner and everything that serves ask here.
 *
 * @param _model the model
 * @param gpu what it runs on
 *
 * @internal
 */
export function defaultPrecision(_model: ModelSpec, gpu: GpuType): Precision {
  return gpu.defaultPrecision;
}
