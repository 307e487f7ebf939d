import { ITerraformDependable, TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { Parallelism } from '../../catalog/parallelism';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { CustomResources } from '../../kubernetes/custom-resources';
import { declarePods } from '../../kubernetes/declared-pods';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { podAttributes, podObject } from '../../kubernetes/pod-object';
import { PodTemplate, plainPodTemplate } from '../../kubernetes/pod-template';
import { ApiObject } from '../../kubernetes/rendering/attribute-rules';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { makeAroundWithoutService, podOf } from '../pod/make-server';
import { placementLimits } from '../pod/placement-rules';
import { Rollout } from '../pod/rollout';
import { Server, ServerParts } from '../pod/server';
import { ServerContainer } from '../pod/server-pod';
import { KServeRouter } from './kserve-router';

const API_VERSION = 'serving.kserve.io/v1alpha2';

/**
 * What an LLMInferenceService says beside its pods.
 *
 * @internal
 */
export interface ServedLlm {
  /** Where the weights are. */
  readonly uri: string;
  /** What requests call the model by. */
  readonly modelName: string;
  readonly parallelism: Parallelism;
  /** Nodes of one server. */
  readonly nodes: number;
  /** The container of the other nodes. @default - there are none */
  readonly worker?: ServerContainer;
  readonly router?: KServeRouter;
}

/**
 * Labels of the pods that callers reach, as KServe sets them: with any of our own, its selector of them could not change any more.
 *
 * @internal
 */
export function llmLabels(name: string): { [key: string]: string } {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/part-of': 'llminferenceservice',
    'kserve.io/component': 'workload',
  };
}

/** Labels of all pods of servers of several nodes, which a LeaderWorkerSet may change. The pods of a scheduler have those of KServe's that workers have. */
function memberLabels(name: string): { [key: string]: string } {
  return { 'app.kubernetes.io/instance': name };
}

/** Variables in which KServe's template says otherwise than our image expects. */
function variables(cacheMount: string): { [name: string]: string } {
  // By default the folder of the weights, which the server must not write.
  return { HF_HUB_CACHE: `${cacheMount}/huggingface/hub` };
}

/**
 * The same server as KServe runs it.
 *
 * On one node its template has probes by HTTP, beside which the API server takes no command: they ask whether the engine lives.
 *
 * @param server a server of vLLM
 * @param nodes nodes of one server
 *
 * @internal
 */
export function asLlmServer(server: Server, nodes: number): Server {
  const { given, name, replicas, container, kind } = server;
  const { cluster, nodePool, maxReplicas } = given;
  const most = maxReplicas ?? replicas;
  // A quarter, rounded up to start and down to stop: below four, KServe's Deployment stops none before it has started one.
  const rollout = most < 4 ? { maxSurge: 1 } : { maxUnavailable: 1 };
  const environment = { ...container.environment, ...variables(kind.cacheMount) };
  const shared = { ...server, labels: llmLabels(name) };
  if (nodes > 1) {
    return {
      ...shared,
      container: { ...container, environment },
      memberLabels: memberLabels(name),
      rollout: new Rollout({ cluster, nodePool, replicas, maxReplicas, maxUnavailable: 1 }),
    };
  }
  const { startupProbe, readinessProbe, livenessProbe } = container;
  return {
    ...shared,
    container: {
      ...container,
      environment,
      startupProbe: byHttp(startupProbe),
      readinessProbe: byHttp(readinessProbe),
      livenessProbe: byHttp(livenessProbe),
    },
    rollout: new Rollout({ cluster, nodePool, replicas, maxReplicas, ...rollout, setBy: 'KServe' }),
  };
}

type Probe = ServerContainer['readinessProbe'];

/** The scheme is said, since KServe's template has one by the settings of the cluster. */
function byHttp(probe: Probe): Probe {
  const { exec: _, ...times } = probe as NonNullable<Probe>;
  return { ...times, timeoutSeconds: 5, httpGet: { path: '/health', port: 'http', scheme: 'HTTP' } };
}

/**
 * Makes the objects of servers that KServe runs as an LLMInferenceService: what a server of ours has besides its Deployment and its Service.
 *
 * Its pods are whole: KServe merges them over templates of its own, which give whatever they leave open. Its own container that fetches weights is turned off, and
 * ours is in the pods instead.
 *
 * @see https://github.com/kserve/kserve (pkg/apis/serving/v1alpha2 and pkg/controller/v1alpha2/llmisvc/config_merge.go of v0.20.0)
 *
 * @internal
 */
export function makeLlmInferenceService(owner: Construct, server: Server, served: ServedLlm): CustomResources {
  let made!: CustomResources;
  makeAroundWithoutService(owner, server, (scope, _, parts): TerraformResource => {
    made = makeResources(scope, server, served, parts);
    return made._release;
  });
  return made;
}

function makeResources(owner: Construct, server: Server, served: ServedLlm, parts: ServerParts): CustomResources {
  const { given, name, namespace, replicas, sizing, labels } = server;
  const { cluster, maxReplicas } = given;
  const { nodes, worker } = served;
  const template = plainPodTemplate(podOf(server, parts, server.container));
  const workers =
    worker &&
    plainPodTemplate(
      podOf(server, parts, { ...worker, environment: { ...worker.environment, ...variables(server.kind.cacheMount) } }),
    );
  const ledger = ClusterLedger.of(cluster);
  const installed = [ClusterSingleton.KSERVE, ...(nodes > 1 ? [ClusterSingleton.LEADER_WORKER_SETS] : [])].flatMap(
    (each) => ledger.singleton<ITerraformDependable[]>(each)?.value ?? [],
  );
  const stages = nodes > 1 ? [stagesTemplate(owner, server, [...parts.waitFor, ...installed])] : [];
  const made = new CustomResources(owner, 'LLMInferenceService', {
    cluster,
    releaseName: `${name}-llm`,
    namespace,
    resources: [service(server, served, template, workers)],
    dependsOn: [...parts.waitFor, ...installed, ...stages],
  });
  const [workload, kind] = nodes > 1 ? [`${name}-kserve-mn`, 'leaderworkerset'] : [`${name}-kserve`, 'deployment'];
  declarePods(made._release, {
    namespace,
    name: workload,
    template: podAttributes(template),
    pods: (maxReplicas ?? replicas) * nodes,
    makes: {
      by: 'KServe',
      objects: { [kind]: workload, service: llmServiceName(name), secret: `${name}-kserve-self-signed-certs` },
    },
  });
  const { rule: placementRule, ...limits } = placementLimits(given, labels, sizing.podsPerNode);
  hintScheduling(made._release, {
    tensorParallelism: server.tensorParallelism,
    ...(nodes > 1 ? { podsPerGroup: nodes } : { ...limits, placementRule }),
  });
  return made;
}

/** The Service that KServe makes of the pods. @internal */
export function llmServiceName(name: string): string {
  return `${name}-kserve-workload-svc`;
}

/**
 * KServe looks for a template by this name for every service with pipeline stages on several nodes, in the namespace first, and makes no pod without; its charts have
 * none. An empty one leaves the pods as they are. All services of a namespace share it.
 */
function stagesTemplate(
  owner: Construct,
  { given, namespace }: Server,
  waitFor: ITerraformDependable[],
): CustomResources['_release'] {
  const stack = TerraformStack.of(owner);
  const id = `KServeStages-${given.cluster.node.addr}-${namespace}`;
  const known = stack.node.tryFindChild(id) as CustomResources | undefined;
  if (known) return known._release;
  return new CustomResources(stack, id, {
    cluster: given.cluster,
    releaseName: 'kserve-stages',
    namespace,
    resources: [
      {
        apiVersion: API_VERSION,
        kind: 'LLMInferenceServiceConfig',
        metadata: { name: 'kserve-config-llm-worker-pipeline-parallel', labels: { ...MANAGED_BY } },
        spec: {},
      },
    ],
    dependsOn: waitFor,
  })._release;
}

function service(server: Server, served: ServedLlm, template: PodTemplate, workers?: PodTemplate): ApiObject {
  const { given, name, replicas } = server;
  const { uri, modelName, router, nodes } = served;
  const pod = podObject(template) as { metadata: ApiObject; spec: ApiObject };
  return {
    apiVersion: API_VERSION,
    kind: 'LLMInferenceService',
    metadata: {
      name,
      labels: { ...MANAGED_BY },
      // A cache of models would put the weights elsewhere, unchecked.
      annotations: { 'serving.kserve.io/disable-localmodel': 'true' },
    },
    spec: {
      model: { uri, name: modelName },
      // By default a container that knows no checksums fetches them, in 1 GiB of memory, beside ours.
      storageInitializer: { enabled: false },
      // Left out where a scaler sets it: KServe then keeps the number that there is.
      ...(given.maxReplicas === undefined ? { replicas } : {}),
      parallelism: parallelismOf(served),
      ...(nodes > 1 ? { labels: memberLabels(name) } : {}),
      annotations: pod.metadata.annotations,
      template: pod.spec,
      ...(workers ? { worker: podObject(workers).spec } : {}),
      ...(router ? { router: router._object() } : {}),
    },
  };
}

/** Stages within a node are in the arguments of the server alone: KServe would refuse every other number of them later, and does nothing with it. */
function parallelismOf({ parallelism, nodes }: ServedLlm): ApiObject {
  const { tensor, pipeline, attentionRanks, expert } = parallelism;
  return {
    tensor,
    ...(nodes > 1 ? { pipeline } : {}),
    ...(attentionRanks > 1 ? { data: attentionRanks, dataLocal: attentionRanks / nodes } : {}),
    ...(expert > 1 ? { expert: true } : {}),
  };
}
