/**
 * What NVIDIA says is to be done at once about an XID error after which the GPU, or its link, does not work as before.
 *
 * @internal
 */
export enum XidAction {
  /** The GPU must be reset, with no process on it. */
  RESET_GPU = 'reset the GPU',
  /** The machine must be restarted, which on EC2 is a new instance. */
  RESTART_MACHINE = 'restart the machine',
  /** The link is to be looked at; a reset mends it or not. */
  CHECK_LINK = 'check the link',
}

interface XidError {
  readonly meaning: string;
  readonly action: XidAction;
}

const { CHECK_LINK, RESET_GPU, RESTART_MACHINE } = XidAction;

/**
 * The XID errors after which a GPU does not go on by itself, by number: those of NVIDIA's catalog whose immediate action is a reset, a restart
 * or a look at a link. Left out are 109 (a context switch that timed out) and 155 (a link that was put down on purpose, too), which programs
 * cause, and those whose action is to restart the program or nothing: 13, 31, 32, 43, 45, 63, 68, 69, 92, 94, 137 and others.
 *
 * @see https://docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html
 * @see https://github.com/NVIDIA/k8s-device-plugin (internal/rm/health.go), which ignores 13, 31, 43, 45, 68 and 109
 *
 * @internal
 */
export const FATAL_XID_ERRORS: { readonly [xid: string]: XidError } = {
  '46': { meaning: 'the GPU stopped processing', action: RESET_GPU },
  '48': { meaning: 'an error of memory that cannot be corrected', action: RESET_GPU },
  '62': { meaning: 'the micro-controller of power halted', action: RESET_GPU },
  '64': { meaning: 'a row of memory could not be replaced', action: RESET_GPU },
  '74': { meaning: 'an NVLink failed', action: CHECK_LINK },
  '79': { meaning: 'the GPU has fallen off the bus', action: RESTART_MACHINE },
  '95': { meaning: 'an error of memory that hit all programs', action: RESET_GPU },
  '110': { meaning: 'a fault of security', action: RESET_GPU },
  '119': { meaning: 'the GPU System Processor did not answer', action: RESET_GPU },
  '120': { meaning: 'the GPU System Processor failed', action: RESET_GPU },
  '136': { meaning: 'an NVLink could not be trained', action: RESET_GPU },
  '140': { meaning: 'an error of memory that was not recovered', action: RESET_GPU },
  '143': { meaning: 'the GPU could not be initialized', action: RESET_GPU },
  '151': { meaning: 'a key could not be rotated', action: RESTART_MACHINE },
  '156': { meaning: 'a part of the GPU is to be put out of use', action: RESET_GPU },
  '158': { meaning: 'the GPU timed out for good', action: RESET_GPU },
};
