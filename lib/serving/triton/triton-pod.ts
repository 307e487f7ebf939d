import { DRAIN_SECONDS, ServerContainer, ServerKind, ownPod } from '../pod/server-pod';
import { startupProbe } from '../pod/stall-probes';
import { PROBES_MOUNT, modelProbes } from './model-probes';
import { CACHE_MOUNT } from './repository-paths';
import { TRITON_PORTS } from './triton-arguments';

/**
 * What Triton's pods are.
 *
 * @internal
 */
export const TRITON: ServerKind = {
  title: 'Triton',
  assemble: 'assemble-repository',
  container: 'triton',
  configMount: '/etc/triton',
  probesMount: PROBES_MOUNT,
  cacheMount: CACHE_MOUNT,
  ports: TRITON_PORTS,
  // What `assets/probe-models.sh` reads.
  probeVariables: ['PROBE_DIR', 'PROBE_STATE_DIR', 'PROBE_SECONDS', 'TRITON_HTTP_PORT', 'TRITON_METRICS_PORT'],
};

/** @internal */
export const OWN_POD = ownPod(TRITON);

/**
 * Properties of `tritonContainer`.
 *
 * @internal
 */
export interface TritonContainer {
  readonly image: string;
  readonly args: readonly string[];
  readonly environment: { readonly [name: string]: string };
  /** How long loading may take. */
  readonly startupSeconds: number;
  /** Number of models. */
  readonly models: number;
  /** Seconds that the server may do nothing before it is restarted. */
  readonly stallSeconds: number;
}

/** @internal */
export function tritonContainer(triton: TritonContainer): ServerContainer {
  return {
    image: triton.image,
    args: triton.args,
    environment: triton.environment,
    startupProbe: startupProbe('/v2/health/ready', triton.startupSeconds),
    ...modelProbes(triton.models, triton.stallSeconds),
    lifecycle: { preStop: [{ exec: { command: ['sleep', String(DRAIN_SECONDS)] } }] },
  };
}
