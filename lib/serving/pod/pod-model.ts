import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';

/**
 * What the pod of a server must know about a model on its hardware, whatever serves it.
 *
 * @internal
 */
export interface PodModel {
  /** GPUs that it uses exclusively. */
  readonly gpus: number;
  /** Memory that it takes of a GPU that it shares. @default - it shares no GPU */
  readonly sharedGpuMemory?: DataSize;
  /** Size of the files copied from the model store, all versions together. */
  readonly storedSize: DataSize;
  /** What of it was given or follows from the layers of the model, not assumed. @default - all */
  readonly knownSize?: DataSize;
  /** Resident host memory without shared memory and without the page cache of the weights. */
  readonly hostMemory: DataSize;
  /** What of it is certainly taken. @default - unknown */
  readonly pinnedMemory?: DataSize;
  readonly sharedMemory: DataSize;
  /** What of that is certainly taken. @default - unknown */
  readonly sharedPinnedMemory?: DataSize;
  /** What it unpacks below `/tmp`. @default - nothing */
  readonly temporarySize?: DataSize;
  /** Whether it answers a request by a stream of responses. */
  readonly streams: boolean;
  /** Where its files lie in the pod: what Triton scans must not be links. @default 'beside' */
  readonly weights?: 'in-repository' | 'beside' | 'none' | 'streamed';
  /** How many times a start reads streamed files from the store. @default 1 */
  readonly reads?: number;
  /** How it fits its GPUs. @default - it is not planned */
  readonly plan?: CapacityPlan;
}
