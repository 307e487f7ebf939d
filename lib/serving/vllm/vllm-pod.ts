import { REFUSED_ENGINE_VARIABLES } from './engine-arguments';
import { engineEnvironment } from './engine-environment';
import { FabricBinding } from '../../core/rdma-fabric';
import { SecretReference } from '../../core/secret-reference';
import { kubernetesName } from '../../core/naming';
import { scriptAsset } from '../../kubernetes/script-asset';
import { OwnPod } from '../pod/pod-addition-faults';
import { DRAIN_SECONDS, ServerContainer, ServerKind, ownPod } from '../pod/server-pod';
import { longestPromptSeconds, stallOf, stallProbes, startupProbe } from '../pod/stall-probes';
import { OWN_ADDRESS, workerCommand } from './group-arguments';
import { VLLM_PORTS, drainsItself, serveArguments, workerArguments } from './serve-arguments';
import { VllmServer } from './vllm-server';
import { WeightLoading } from './weight-loading';

const PROBES_MOUNT = '/etc/vllm-probes';
const CACHE_MOUNT = '/var/cache/vllm';
const PROBE = 'probe_vllm.py';
const GUARD = 'vllm_guard.py';
const NAMES = 'models.json';

/** The variable that vLLM, its guard and its probes read the key from. */
export const API_KEY = 'VLLM_API_KEY';

/**
 * What the pods of vLLM's own server are.
 *
 * @internal
 */
export const VLLM: ServerKind = {
  title: 'vLLM',
  assemble: 'fetch-weights',
  container: 'vllm',
  configMount: '/etc/vllm',
  probesMount: PROBES_MOUNT,
  cacheMount: CACHE_MOUNT,
  ports: VLLM_PORTS,
  // What `assets/probe_vllm.py` reads.
  probeVariables: ['PROBE_DIR', 'PROBE_STATE_DIR', 'PROBE_SECONDS', 'PROBE_PORT'],
};

/** Label that tells the pods of one model from those of others of the deployment. */
const MODEL_LABEL = 'gpu-inference-constructs/model';

/**
 * Labels that select the pods of all models of a deployment.
 *
 * @internal
 */
export function vllmLabels(name: string): { [key: string]: string } {
  return { 'app.kubernetes.io/name': 'vllm', 'app.kubernetes.io/instance': name };
}

/**
 * Those that select the pods of one of them.
 *
 * @internal
 */
export function modelLabels(name: string, model: string): { [key: string]: string } {
  return { ...vllmLabels(name), ...memberLabels(name, model) };
}

/**
 * Labels of all pods of a model, also of those that work for one that callers reach.
 *
 * @internal
 */
export function memberLabels(name: string, model: string): { [key: string]: string } {
  return { 'app.kubernetes.io/instance': name, [MODEL_LABEL]: kubernetesName(model) };
}

/** @internal */
export const OWN_POD = ownPod(VLLM);

/**
 * What the pods of a deployment have of their own: without a volume for weights that are streamed.
 *
 * @internal
 */
export function ownPodOf({ weightLoading }: { readonly weightLoading?: WeightLoading }): OwnPod {
  if (weightLoading?._streamed === undefined) return OWN_POD;
  const { models: _, ...initVolumes } = OWN_POD.initVolumes;
  return { ...OWN_POD, initVolumes };
}

/**
 * Variables that open what is closed here, or that the server is told in another way, with the reason.
 *
 * @internal
 */
export const REFUSED_VARIABLES: { readonly [name: string]: string } = {
  [API_KEY]: 'holds the key of the server; use apiKey',
  [OWN_ADDRESS]: 'is the address of the pod, which the other nodes of a server reach',
  VLLM_SERVER_DEV_MODE: 'opens requests that run code in the engine',
  VLLM_ALLOW_RUNTIME_LORA_UPDATING: 'lets every caller change what is served; use loraAdapters',
  VLLM_KEEP_ALIVE_ON_ENGINE_DEATH: 'keeps a server alive that answers nothing',
  ...REFUSED_ENGINE_VARIABLES,
  PYTHONPATH: 'is where the server finds its guard, without which requests need no key',
};

/**
 * Texts for the probes and the guard, by their keys in the config map.
 *
 * @internal
 */
export function probeFiles(server: VllmServer): { [key: string]: string } {
  return {
    [PROBE]: scriptAsset(PROBE),
    [GUARD]: scriptAsset(GUARD),
    [NAMES]: `${JSON.stringify(server.allNames)}\n`,
  };
}

/** @internal */
export const PROBE_ITEMS = [PROBE, GUARD, NAMES].map((key) => ({ key, path: key }));

/**
 * What decides about the container of a server.
 *
 * @internal
 */
export interface VllmContainer {
  readonly image: string;
  readonly startupSeconds: number;
  readonly exitSeconds: number;
  readonly stallSeconds?: number;
  readonly apiKey: SecretReference;
  readonly environment: { readonly [name: string]: string };
  /** What it reads its weights with from the store. @default - they are copied for it */
  readonly streamEnvironment?: { readonly [name: string]: string };
  readonly extraArguments: readonly string[];
  /** What it needs to use the fabric of its node. @default - it works alone, or by TCP */
  readonly fabric?: FabricBinding;
}

/** @internal */
export function vllmContainer(server: VllmServer, container: VllmContainer): ServerContainer {
  const probe = (name: string) => ['python3', `${PROBES_MOUNT}/${PROBE}`, name];
  const stall = container.stallSeconds ?? stallOf([4 * longestPromptSeconds(server.plan)]);
  return {
    ...commonContainer(server, container),
    command: ['vllm', 'serve'],
    args: serveArguments(server, container.exitSeconds, container.extraArguments),
    secretEnvironment: { [API_KEY]: container.apiKey },
    startupProbe: startupProbe('/health', container.startupSeconds),
    ...stallProbes(probe, 1, stall),
    lifecycle: { preStop: [{ exec: { command: preStop(server, container.exitSeconds) } }] },
  };
}

/**
 * The container of the other nodes of a server, which serve nothing by themselves: the first one is asked whether all of them work.
 *
 * @internal
 */
export function vllmWorkerContainer(server: VllmServer, container: VllmContainer): ServerContainer {
  const seconds = String(DRAIN_SECONDS + container.exitSeconds);
  // What runs on the first node needs this one until it has finished.
  const follow = ['python3', `${PROBES_MOUNT}/${PROBE}`, 'follow', seconds];
  return {
    ...commonContainer(server, container),
    command: workerCommand(server.nodes),
    args: workerArguments(server, container.exitSeconds, container.extraArguments),
    listens: false,
    lifecycle: { preStop: [{ exec: { command: follow } }] },
  };
}

function commonContainer(server: VllmServer, { image, environment, streamEnvironment, fabric }: VllmContainer) {
  return {
    image,
    // The folder that the image starts in belongs to another user.
    workingDir: CACHE_MOUNT,
    environment: {
      // Nobody is in the image's passwd under our number: https://github.com/vllm-project/vllm (docker/entrypoints)
      USER: 'vllm',
      LOGNAME: 'vllm',
      PYTHONPATH: PROBES_MOUNT,
      PYTHONDONTWRITEBYTECODE: '1',
      // A redirect would lead past `allowed_media_domains`.
      VLLM_MEDIA_URL_ALLOW_REDIRECTS: '0',
      ...engineEnvironment([server.plan]),
      ...streamEnvironment,
      ...environment,
    },
    ...(server.nodes.nodes > 1 ? { fieldEnvironment: { [OWN_ADDRESS]: 'status.podIP' }, fabric } : {}),
  };
}

/** Endpoints stop sending first. A server that would break off what runs is told to shut down only after that has finished. */
function preStop(server: VllmServer, exitSeconds: number): string[] {
  const wait = `sleep ${DRAIN_SECONDS}`;
  if (drainsItself(server)) return wait.split(' ');
  return ['/bin/sh', '-c', `${wait}; exec python3 ${PROBES_MOUNT}/${PROBE} drain ${exitSeconds}`];
}
