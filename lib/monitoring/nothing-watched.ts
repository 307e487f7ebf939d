import { fault } from '../units/fault';

/**
 * The warning of a monitoring that watches nothing.
 *
 * @internal
 */
export const NOTHING_WATCHED = fault(
  'NOTHING_WATCHED',
  undefined,
  'it watches nothing, so that it records no series and no alert ever fires; call watch(workload) for each workload, e.g. a TritonDeployment',
);
