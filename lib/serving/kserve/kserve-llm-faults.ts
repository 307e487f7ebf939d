import { concreteFault } from '../../core/tokens';
import { objectNameFaults } from '../../kubernetes/object-name';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { serviceNameFaults } from '../pod/server-faults';
import { KServeLlmInferenceServiceProps } from './kserve-llm-inference-service-props';
import { LLM_PARTS } from './kserve-pod';
import { KServeRouter } from './kserve-router';
import { modelPathFaults } from './model-path';

/** Longest name: `<name>-kserve-mn-<group>-<pod>` and a hash of ten characters are a label of pods of several nodes. */
const LONGEST_NAME = 36;

const ROLLS = 'an LLMInferenceService has no field for it: KServe rolls servers of one node by a quarter, which starts';

/** What KServe makes by itself, or would not take, with the reason. */
const OF_KSERVE = {
  modelCache: "KServe's own template has a volume of that name; serve by VllmDeployment to share weights",
  autoscaling:
    'KServe makes the Deployment, <name>-kserve; set maxReplicas instead, and have a scaler of your own set its number',
  serviceType:
    'KServe makes the Service of the pods, and of one kind only; pass a router, or put a Service of your own before it',
  serviceAnnotations: 'KServe makes the Service of the pods; pass a router, or put a Service of your own before it',
  podLabels:
    'KServe puts them into the selector of the Deployment that it makes, which nothing can change later, so that the next label would stop every ' +
    'rollout; use podAnnotations',
  updateStrategy: `${ROLLS} one first; leave it out`,
  maxSurge: `${ROLLS} one first; leave it out`,
  maxUnavailable: `${ROLLS} one first; leave it out`,
} as const;

/**
 * The faults of what KServe is told, apart from those of the server that it runs.
 *
 * @internal
 */
export function llmFaults(props: KServeLlmInferenceServiceProps, name: string, namespace: string): Fault[] {
  const { modelPath, version, modelStore } = props;
  return allOf(
    () => modelPathFaults(modelPath, version, modelStore.bucketName),
    () => nameFaults(name),
    () => ofKServeFaults(props),
    () => partFaults(props),
    () => templateFaults(props),
    () => (props.router === undefined ? [] : routerFaults(props.router, props, namespace)),
  );
}

function nameFaults(name: string): Fault[] {
  const faults = serviceNameFaults('name', name);
  if (faults.length > 0 || name.length <= LONGEST_NAME) return faults;
  const reason =
    `name must have at most ${LONGEST_NAME} characters, because KServe names what it makes <name>-kserve-self-signed-certs and the like, and shortens ` +
    `longer names to others; '${name}' has ${name.length}`;
  return [fault('INVALID_NAME', 'name', reason)];
}

function ofKServeFaults(props: KServeLlmInferenceServiceProps): Fault[] {
  return Object.entries(OF_KSERVE).flatMap(([property, why]) =>
    props[property as keyof typeof OF_KSERVE] === undefined
      ? []
      : [fault('NOT_WITH_KSERVE', property, `${property} has no effect on an LLMInferenceService: ${why}`)],
  );
}

/** What is merged into parts of KServe's template, since it has their names. */
function partFaults({ sidecars = [], initContainers = [], volumes = [] }: KServeLlmInferenceServiceProps): Fault[] {
  const taken = (property: string, what: string, names: readonly string[], given: readonly { name: string }[]) =>
    given.flatMap(({ name }, i) =>
      names.includes(name)
        ? [
            fault(
              'RESERVED',
              `${property}[${i}].name`,
              `the name '${name}' of ${what} is that of a part of KServe's own template, into which it would be merged; give it another one`,
            ),
          ]
        : [],
    );
  return [
    ...taken('sidecars', 'a sidecar', LLM_PARTS.containers, sidecars),
    ...taken('initContainers', 'an init container', LLM_PARTS.containers, initContainers),
    ...taken('volumes', 'a volume', LLM_PARTS.volumes, volumes),
  ];
}

/**
 * KServe reads the whole service as a template of Go, and replaces what stands between the braces, or never makes a pod.
 *
 * @see https://github.com/kserve/kserve (pkg/controller/v1alpha2/llmisvc/config_merge.go of v0.20.0, ReplaceVariables)
 */
function templateFaults(props: KServeLlmInferenceServiceProps): Fault[] {
  const { environment, extraArguments, engineArguments, podAnnotations, sidecars, initContainers } = props;
  const given = { environment, extraArguments, engineArguments, podAnnotations, sidecars, initContainers };
  return Object.entries(given).flatMap(([property, value]) => {
    if (value === undefined || !JSON.stringify(value).includes('{{')) return [];
    const reason =
      `${property} must not contain '{{', which KServe reads as the beginning of a template of its own; put the text into a file of the image, e.g. a chat template, ` +
      'or serve by VllmDeployment';
    return [fault('NOT_WITH_KSERVE', property, reason)];
  });
}

function routerFaults(
  { _spec: { gateways = [], routes, scheduler } }: KServeRouter,
  { accessibleFrom, networkPolicy = true }: KServeLlmInferenceServiceProps,
  namespace: string,
): Fault[] {
  const unknown = concreteFault('router.routes', routes, 'the service names each of them');
  if (unknown.length > 0) return unknown;
  return allOf(
    () =>
      gateways.flatMap(({ name, namespace: own, listener }) =>
        allOf(
          () => objectNameFaults('router.gateway.name', name),
          () => objectNameFaults('router.gateway.namespace', own),
          () => objectNameFaults('router.gateway.listener', listener),
        ),
      ),
    () =>
      routes === undefined || routes.length > 0
        ? []
        : [
            fault(
              'EMPTY_LIST',
              'router.routes',
              'router.routes must name at least one HTTPRoute, because KServe makes one of its own where there is none; use KServeRouter.managed() for that',
            ),
          ],
    () => (routes ?? []).flatMap((name, i) => objectNameFaults(`router.routes[${i}]`, name)),
    () => wholeNumberFault('router.scheduler.replicas', scheduler?.replicas, 1),
    () => {
      if (!networkPolicy || (accessibleFrom ?? []).some((each) => each !== namespace)) return [];
      const reason =
        `router leads requests of a Gateway to the pods, but the network policy lets only pods of namespace '${namespace}' reach them; pass accessibleFrom with the ` +
        'namespace in which the pods of the Gateway run, e.g. envoy-gateway-system, or networkPolicy: false';
      return [fault('ROUTER_SHUT_OUT', 'accessibleFrom', reason)];
    },
  );
}

/**
 * A server of several nodes that KServe would not make as it is planned. Its group has as many pods as the pipeline has stages, and of data-parallel
 * ranks over nodes its template adds capabilities that only a privileged namespace takes, and cannot be told otherwise.
 *
 * @see https://github.com/kserve/kserve (pkg/apis/serving/v1alpha2/llm_inference_service_types_func.go of v0.20.0, GetSize, and
 * config/llmisvcconfig/config-llm-worker-data-parallel.yaml)
 *
 * @internal
 */
export function llmNodeFaults({ parallelism, instanceType }: CapacityPlan, nodes: number): Fault[] {
  const { attentionRanks, pipeline } = parallelism;
  if (nodes === 1 || (attentionRanks === 1 && pipeline === nodes)) return [];
  const server = `a server of ${parallelism.withReplicas(1)} spans ${nodes} nodes of ${instanceType.gpuCount} GPUs`;
  const why =
    attentionRanks > 1
      ? 'for data-parallel ranks on several nodes KServe adds the capabilities IPC_LOCK, SYS_RAWIO and NET_RAW to the pods, which the Pod Security level ' +
        "'restricted' refuses; use pipeline stages"
      : `KServe makes one pod for each of the ${pipeline} stages; use ${nodes} stages`;
  const reason = `${server}, but ${why}, or VllmDeployment, whose servers may be any groups of nodes`;
  return [fault('KSERVE_SPANS_NODES', 'parallelism', reason)];
}
