import { SecretReference } from '../../core/secret-reference';
import { OwnPod } from '../pod/pod-addition-faults';
import { DRAIN_SECONDS, ServerContainer, ServerKind, ownPod } from '../pod/server-pod';
import { startupProbe } from '../pod/stall-probes';
import { PROBES_MOUNT, modelProbes } from './model-probes';
import { CACHE_MOUNT } from './repository-paths';
import { OPENAI_KEY, OPENAI_PORT } from './openai/openai-front-end';
import { OpenAiFrontEndOptions, TensorApiAccess } from './openai/openai-front-end-options';
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

const { http, grpc } = TRITON_PORTS;

/**
 * The job that a deployment is scraped by.
 *
 * @internal
 */
export function tritonJob(name: string): string {
  return `triton-${name}`;
}

/**
 * Labels that select the pods of a deployment.
 *
 * @internal
 */
export function tritonLabels(name: string): { [key: string]: string } {
  return { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': name };
}

/**
 * What they are with an OpenAI front end, which has the metrics on its own port.
 *
 * @internal
 */
export function kindOf(openAi: OpenAiFrontEndOptions | undefined): ServerKind {
  if (openAi === undefined) return TRITON;
  const closed = openAi.tensorApi === TensorApiAccess.POD;
  return { ...TRITON, ports: closed ? { openai: OPENAI_PORT } : { openai: OPENAI_PORT, http, grpc } };
}

/**
 * What nothing that is added to the pods may take the place of: the ports of the tensor API also where they are the pod's own.
 *
 * @internal
 */
export function ownPodOf(openAi: OpenAiFrontEndOptions | undefined): OwnPod {
  const own = ownPod(kindOf(openAi));
  return { ...own, ports: [...new Set([...own.ports, http, grpc])] };
}

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
  /** The key of the OpenAI front end. @default - it has none, and Triton itself is the process */
  readonly apiKey?: SecretReference;
}

/** @internal */
export function tritonContainer(triton: TritonContainer): ServerContainer {
  const { apiKey } = triton;
  const metrics = { TRITON_METRICS_PORT: String(OPENAI_PORT) };
  return {
    image: triton.image,
    args: triton.args,
    environment: apiKey ? { PYTHONDONTWRITEBYTECODE: '1', ...triton.environment, ...metrics } : triton.environment,
    ...(apiKey ? { secretEnvironment: { [OPENAI_KEY]: apiKey } } : {}),
    // The front end listens last.
    startupProbe: apiKey
      ? startupProbe('/health/ready', triton.startupSeconds, 'openai')
      : startupProbe('/v2/health/ready', triton.startupSeconds),
    ...modelProbes(triton.models, triton.stallSeconds),
    lifecycle: { preStop: [{ exec: { command: ['sleep', String(DRAIN_SECONDS)] } }] },
  };
}
