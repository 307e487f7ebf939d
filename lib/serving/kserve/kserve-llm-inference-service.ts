import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton, enter, entered } from '../../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { kubernetesName } from '../../core/naming';
import { SecretReference } from '../../core/secret-reference';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { withdraw } from '../../core/withdraw';
import { CustomResources } from '../../kubernetes/custom-resources';
import { groupSecurityLevel } from '../../kubernetes/group-fabric';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { makeCallerKey } from '../pod/caller-key';
import { VLLM_PORTS } from '../vllm/serve-arguments';
import { llmFaults, llmNodeFaults } from './kserve-llm-faults';
import { KServeLlmInferenceServiceProps } from './kserve-llm-inference-service-props';
import { KSERVE_LLM } from './kserve-pod';
import { KServeServer, checkVllm } from './kserve-server';
import { asLlmServer, llmLabels, llmServiceName, makeLlmInferenceService } from './llm-inference-service';
import { folderOf } from './model-path';
import { servedWeights } from './served-weights';

/** Entries of a cluster's ledger: models that a Gateway leads to, by namespace and name. */
const ROUTED = 'models behind a router of KServe';

/**
 * A language model that KServe's controller of LLMInferenceServices serves by vLLM: an `LLMInferenceService` (v1alpha2) with the pods that `VllmDeployment` would have,
 * of the same plan, and a Gateway before them.
 *
 * KServe merges templates of its own under its pods, which run another image, read their arguments by a shell and fetch weights without checksums. Here the pods say all of
 * that themselves: image, command, arguments, the container that fetches and checks the weights, probes, shared memory, restrictions, and an environment for a
 * read-only root. What the templates add is two empty volumes and a certificate. What is left to KServe: the Deployment `<name>-kserve` or the LeaderWorkerSet `<name>-kserve-mn`, the
 * Service `<name>-kserve-workload-svc`, and what a `router` asks for.
 *
 * Adapters are arguments of the server, as those of `VllmDeployment`: `model.lora` makes KServe's own container fetch them, so that requests for one are routed by path, not
 * by KServe's header. `hf://` and `pvc://` are not written, since weights come of a model store; neither are `prefill`, whose two kinds of pods no plan is made for, `scaling`, which
 * needs a controller of its own, and `baseRefs`, which would change the pods unseen.
 *
 * One `ValidationError` lists all faults: those of the server, what KServe makes by itself, and what it would take without a word. On a cluster that this program makes it needs
 * a `KServe` with `llmInferenceServices`, and for several nodes a `LeaderWorkerSetController`.
 *
 * @see https://kserve.github.io/website/
 */
export class KServeLlmInferenceService extends Construct implements IWatchable {
  /** Name of the LLMInferenceService. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Where the weights are: `s3://<bucket>/<name>/<version>`. */
  public readonly modelUri: string;
  /** Name that requests call the model by, and that its metrics have. */
  public readonly modelName: string;
  /** Base URL of the API of OpenAI within the cluster, e.g. `http://chat-kserve-workload-svc.inference.svc:8000/v1`. */
  public readonly endpoint: string;
  /** The secret with the key that requests must have, in `namespace`. */
  public readonly apiKeySecret: SecretReference;
  /** How the model fits its GPUs, with the engine's settings. */
  public readonly plan: CapacityPlan;
  /** GPUs of each pod. */
  public readonly gpusPerPod: number;
  /** Number of servers; the most of them where a scaler sets it. */
  public readonly replicas: number;
  /** How long loading may take before a pod is restarted. */
  public readonly startupBudget: Duration;
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The LLMInferenceService. */
  public readonly resources: CustomResources;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: KServeLlmInferenceServiceProps) {
    throwIfOfOtherKinds(
      scope,
      'KServeLlmInferenceServiceProps',
      props,
      id,
      (given) => new KServeLlmInferenceService(scope, id, given),
    );
    super(scope, id);
    try {
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      const server = this.#checked(props);
      const weights = servedWeights(this, props);
      this.modelUri = weights.uri;
      this.modelName = weights.modelName;
      this.plan = server.plan;
      this.replicas = props.maxReplicas ?? server.replicas;
      this.gpusPerPod = server.sizing.gpus;
      this.startupBudget = Duration.seconds(server.sizing.startupSeconds);
      this.endpoint = `http://${llmServiceName(this.name)}.${this.namespace}.svc:${VLLM_PORTS.http}/v1`;
      const labels = llmLabels(this.name);
      const { nodes } = server;
      this.apiKeySecret = props.apiKey ?? this.#makeKey(props, server);
      this.resources = makeLlmInferenceService(this, asLlmServer(server.server(this.apiKeySecret), nodes), {
        uri: this.modelUri,
        modelName: this.modelName,
        parallelism: server.plan.parallelism,
        nodes,
        worker: nodes > 1 ? server.worker?.(this.apiKeySecret) : undefined,
        router: props.router,
      });
      this.metricsTarget = { ...server.metricsTarget, podSelector: labels };
      const ledger = ClusterLedger.of(props.cluster);
      ledger.addUser(ClusterSingleton.KSERVE, this);
      if (nodes > 1) ledger.addGroups(this);
      if (props.router) enter(props.cluster, ROUTED, `${this.namespace}/${this.modelName}`, this);
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  #checked(props: KServeLlmInferenceServiceProps): KServeServer {
    const { name, namespace } = this;
    const own = [...llmFaults(props, name, namespace), ...installedFaults(props), ...sameNameFaults(props, namespace)];
    // What follows would be told twice.
    if (own.some(({ property }) => property === 'modelPath')) throwIfInvalid(this, own);
    const { server, faults, warnings } = checkVllm(
      servedProps(props, namespace),
      props,
      { name, namespace },
      KSERVE_LLM,
    );
    const spans = server === undefined ? [] : llmNodeFaults(server.plan, server.nodes);
    const isTold = ({ id, property }: Fault) => own.some((each) => each.id === id && each.property === property);
    throwIfInvalid(this, [...own, ...spans, ...faults.filter((each) => !isTold(each))]);
    // Without a server there is a fault.
    const checked = server as KServeServer;
    for (const warning of [...warnings, ...outageWarnings(props, checked, name)]) addWarning(this, warning);
    return checked;
  }

  #makeKey({ cluster }: KServeLlmInferenceServiceProps, { fabric }: KServeServer): SecretReference {
    const { name, namespace } = this;
    const securityLevel = groupSecurityLevel([fabric]);
    return makeCallerKey(this, { cluster, name, namespace, labels: llmLabels(name), securityLevel });
  }
}

nameClass('KServeLlmInferenceService', KServeLlmInferenceService);

/** The pods of a scheduler, which are in the same namespace, read the metrics of each server. */
function servedProps(props: KServeLlmInferenceServiceProps, namespace: string): KServeLlmInferenceServiceProps {
  const { router, servedModelNames, metricsFrom = [] } = props;
  if (router === undefined) return props;
  const names = servedModelNames ?? [folderOf(props.modelPath).name];
  // What requests call the model by that a router leads by a header.
  const routed = Array.isArray(names) ? [...names, `publishers/${namespace}/models/${names[0]}`] : names;
  const readers =
    router._spec.scheduler && !metricsFrom.includes(namespace) ? [...metricsFrom, namespace] : metricsFrom;
  return { ...props, servedModelNames: routed, metricsFrom: readers };
}

/** KServe of this program that has no controller for it. */
function installedFaults({ cluster }: KServeLlmInferenceServiceProps): Fault[] {
  const ledger = ClusterLedger.of(cluster);
  const installed = ledger.singleton(ClusterSingleton.KSERVE);
  if (installed === undefined || ledger.singleton(ClusterSingleton.KSERVE_LLM) !== undefined) return [];
  const reason =
    `'${installed.owner.node.path}' installs KServe without its controller of LLMInferenceServices, and no pod would be made; pass it ` +
    'llmInferenceServices: true';
  return [fault('KSERVE_WITHOUT_LLM', 'cluster', reason)];
}

/** Two routes for one name: the Gateway sends the requests for both to one of the services. */
function sameNameFaults(props: KServeLlmInferenceServiceProps, namespace: string): Fault[] {
  const { cluster, modelPath, servedModelNames, router } = props;
  if (router === undefined) return [];
  const name = servedModelNames?.[0] ?? folderOf(modelPath).name;
  const [other] = entered(cluster, ROUTED, `${namespace}/${name}`);
  if (other === undefined) return [];
  const reason =
    `'${other.owner.node.path}' has a router for the model '${name}' in namespace '${namespace}' already, and the Gateway would send the requests for both to one of ` +
    'them; give this one another name by servedModelNames';
  return [fault('DUPLICATE', 'servedModelNames', reason)];
}

/** Groups of nodes are replaced one after the other, and none is started beside them. */
function outageWarnings(
  props: KServeLlmInferenceServiceProps,
  { nodes, replicas }: KServeServer,
  name: string,
): Fault[] {
  if (nodes === 1 || (props.maxReplicas ?? replicas) > 1) return [];
  const reason =
    `every rollout of '${name}', e.g. of another model, configuration or image, stops its only server before the new one has loaded its weights: KServe ` +
    'replaces servers of several nodes one after the other; raise replicas, or accept it';
  return [fault('ROLLOUT_IS_AN_OUTAGE', 'replicas', reason)];
}
