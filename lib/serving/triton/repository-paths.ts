import { MODELS_MOUNT } from '../pod/server-pod';

/** The repository that Triton loads. */
export const REPOSITORY_PATH = `${MODELS_MOUNT}/repository`;
/** Weights beside the repository, which a backend reads and Triton does not. */
export const WEIGHTS_PATH = `${MODELS_MOUNT}/weights`;
/** Mount path of what the engine, its compilers and the probes keep while the pod lives. */
export const CACHE_MOUNT = '/var/cache/triton';
