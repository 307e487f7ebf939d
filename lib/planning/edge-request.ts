import { EdgeHardware } from '../catalog/edge-hardware';
import { Precision } from '../catalog/precision';
import { CapacityTargets, ServingLoad } from './capacity-request';
import { PowerBudget } from './power-budget';

/** A model, its load, and the one machine of a site that must serve it. */
export interface EdgeCapacityRequest extends ServingLoad {
  /** Machine of the site. */
  readonly hardware: EdgeHardware;
  /** Watts that the machine may take. @default - no limit */
  readonly powerBudget?: PowerBudget;
  /** Targets to reach within these watts. @default - those of a search, which suit people who read the answer */
  readonly targets?: CapacityTargets;
  /**
   * Formats of the weights, of which the first is taken that fits and reaches the targets.
   * @default - what the GPU computes in, the widest first: 16 bits, FP8, INT8, NVFP4 from Blackwell on, INT4
   */
  readonly precisions?: Precision[];
}
