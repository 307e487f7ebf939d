import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { VllmRelease } from '../../catalog/vllm-release';
import { ClusterLedger } from '../../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { IOpenAiServer, OpenAiTarget } from '../../core/openai-server';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { SecretReference } from '../../core/secret-reference';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { withdraw } from '../../core/withdraw';
import { CustomResources } from '../../kubernetes/custom-resources';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { Duration } from '../../units/duration';
import { nameClass } from '../../units/own-class';
import { makeCallerKey } from '../pod/caller-key';
import { groupSecurityLevel } from '../../kubernetes/group-fabric';
import { makeServer } from '../pod/make-server';
import { makeServerGroup } from '../pod/make-server-group';
import { Rollout } from '../pod/rollout';
import { refuseRemovedParts } from '../pod/removed-parts';
import { readableImage } from '../pod/serving-image';
import { declareScaled } from '../scaling/declare-scaled';
import { explainServers } from '../scaling/explain-servers';
import { VllmServers, containerOptions, metricsTargetOf, serverOf } from './made-server';
import { openAiTarget } from './openai-target';
import { objectName } from './served-name';
import { explainStream } from './streamed-weights';
import { VLLM_PORTS } from './serve-arguments';
import { CheckedServer, checkVllmDeployment } from './vllm-deployment-faults';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { memberLabels, vllmLabels, vllmWorkerContainer } from './vllm-pod';

/** What a model's servers are made of. */
interface Made {
  readonly service: ServiceV1;
  readonly deployment?: DeploymentV1;
  readonly group?: CustomResources;
  readonly rollout: Rollout;
}

/**
 * Language models on vLLM's own server, with the API of OpenAI.
 *
 * One process of vLLM serves one model and its adapters. So each model of the list has a Deployment, a Service, a service account that may read
 * its weights and a network policy of its own, all named after the model: `http://<model>.<namespace>.svc:8000/v1`. One key opens all of them,
 * and one scrape job watches them. To add or remove a model touches no other.
 *
 * An init container copies the weights from the model store, checking every file, before vLLM starts; `weightLoading` lets vLLM stream them
 * instead. Terraform does not wait for the deployment:
 * its first pods start once their weights are in the store.
 *
 * vLLM asks for a key only below some paths, and beside them serves or obeys anybody. Here a middleware asks for it everywhere but where probes and
 * Prometheus read, and closes what is no request to a model.
 *
 * Models are planned by `CapacityPlanner` on the pool's hardware: the engine's settings come from the plan, and a model that does not fit is refused
 * with the shortfall on each GPU. All faults are reported in one `ValidationError`: what the release of vLLM lacks (arguments, methods, parsers,
 * architectures), adapters of a rank that it would not load, two models of one name, models that do not fit the GPUs, pods that do not fit a node,
 * and replicas that the pool has no room for.
 */
export class VllmDeployment extends Construct implements IWatchable, IOpenAiServer {
  /** The cluster. */
  public readonly cluster: IKubernetesCluster;
  /** Name of what all models share. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Base URL of the first model by name, within the cluster, e.g. `http://llama-3-1-8b.inference.svc:8000/v1`. */
  public readonly endpoint: string;
  /** Base URLs of all models by name, as clients of OpenAI take them. */
  public readonly endpoints: { [model: string]: string };
  /** The secret with the key that requests must have, in `namespace`. */
  public readonly apiKeySecret: SecretReference;
  /** Release of vLLM. */
  public readonly vllmRelease: VllmRelease;
  /** How the model fits its GPUs, with the engine's settings; the first by name where there are several. */
  public readonly plan: CapacityPlan;
  /** The plans of all models, by name, to be saved with `toJson` and passed back as `plans`. */
  public readonly plans: { [model: string]: CapacityPlan };
  /** Number of servers of each model; the most of them where a scaler sets it. */
  public readonly replicas: { [model: string]: number };
  /** How long loading may take before a pod is restarted; of the model that takes longest. */
  public readonly startupBudget: Duration;
  /** How all its servers are scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** What a front door sends requests to. */
  public readonly openAiTargets: OpenAiTarget[];
  /** The Kubernetes deployments by model, for overrides: of those whose servers have one node each. */
  public readonly deployments: { [model: string]: DeploymentV1 };
  /** The LeaderWorkerSets by model: of those whose servers are groups of several nodes. */
  public readonly leaderWorkerSets: { [model: string]: CustomResources };
  /** The Kubernetes services by model, for overrides. */
  public readonly services: { [model: string]: ServiceV1 };

  readonly #props: VllmDeploymentProps;
  readonly #servers: readonly CheckedServer[];
  readonly #rollouts: readonly Rollout[];

  public constructor(scope: Construct, id: string, props: VllmDeploymentProps) {
    throwIfOfOtherKinds(scope, 'VllmDeploymentProps', props, id, (given) => new VllmDeployment(scope, id, given));
    super(scope, id);
    try {
      this.#props = props;
      this.cluster = props.cluster;
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      this.vllmRelease = readableImage(props.servingImage)?.vllmRelease ?? props.vllmRelease ?? VllmRelease.DEFAULT;
      const { servers, faults, warnings } = checkVllmDeployment(props, this.name, this.vllmRelease);
      throwIfInvalid(this, faults);
      refuseRemovedParts(this, { nodePool: props.nodePool, modelStore: props.modelStore });
      ClusterNodePools.add(props.nodePool);
      for (const warning of warnings) addWarning(this, warning);
      warnOfEndpoint(props.modelStore);
      const byName = [...servers].sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
      this.#servers = byName;
      const ofEach = <T>(value: (each: CheckedServer) => T): { [model: string]: T } =>
        Object.fromEntries(byName.map((each) => [each.server.name, value(each)]));
      this.plans = ofEach(({ server }) => server.plan);
      this.plan = byName[0].server.plan;
      this.replicas = ofEach(({ replicas }) => replicas);
      this.startupBudget = Duration.seconds(Math.max(...servers.map(({ sizing }) => sizing.startupSeconds)));
      this.endpoints = ofEach(({ server }) => this.#endpointOf(server.name));
      this.endpoint = this.#endpointOf(byName[0].server.name);
      const securityLevel = groupSecurityLevel(servers.map(({ fabric }) => fabric));
      this.apiKeySecret = props.apiKey ?? this.#makeKey(securityLevel);
      const { name, namespace, vllmRelease: release, apiKeySecret: apiKey } = this;
      const shared = { props, name, namespace, release, apiKey, securityLevel };
      const made = byName.map((each) => ({ name: each.server.name, ...this.#makeServer(each, shared) }));
      this.#rollouts = made.map(({ rollout }) => rollout);
      this.deployments = Object.fromEntries(
        made.flatMap((each) => (each.deployment ? [[each.name, each.deployment]] : [])),
      );
      this.leaderWorkerSets = Object.fromEntries(made.flatMap((each) => (each.group ? [[each.name, each.group]] : [])));
      this.services = Object.fromEntries(made.map((each) => [each.name, each.service]));
      declareScaled(this, props.cluster, props.autoscaling);
      if (made.some(({ group }) => group)) ClusterLedger.of(props.cluster).addGroups(this);
      this.metricsTarget = metricsTargetOf(shared, byName);
      this.openAiTargets = byName.map((each) => openAiTarget(shared, each));
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  /** How many servers each model has, or what sets their number, how they are replaced, and how it fits its GPUs, as text. */
  public explain(): string {
    return this.#servers
      .map(({ server, replicas, scaling }, i) => {
        const weights = server.stream && explainStream(server.stream, server.gpus);
        return explainServers(server, replicas, scaling, this.#rollouts[i], weights);
      })
      .join('\n\n');
  }

  /**
   * What sets the number of servers, in words; of the first model by name.
   *
   * @internal
   */
  public _scaling(): string | undefined {
    return this.#servers[0].scaling?.explain();
  }

  #endpointOf(model: string): string {
    return `http://${objectName(this.#props, model)}.${this.namespace}.svc:${VLLM_PORTS.http}/v1`;
  }

  /** Labels of the pods of all models. */
  get #labels(): { [key: string]: string } {
    return vllmLabels(this.name);
  }

  #makeKey(securityLevel: PodSecurityLevel): SecretReference {
    const { name, namespace } = this;
    return makeCallerKey(this, { cluster: this.#props.cluster, name, namespace, labels: this.#labels, securityLevel });
  }

  #makeServer(checked: CheckedServer, servers: VllmServers): Made {
    const { server } = checked;
    const scope = new Construct(this, `Model-${server.name}`);
    const made = serverOf(servers, checked);
    const { rollout } = made;
    if (server.nodes.nodes === 1) return { ...makeServer(scope, made, this), rollout };
    const group = {
      size: server.nodes.nodes,
      worker: vllmWorkerContainer(server, containerOptions(servers, checked)),
      workerLabels: { ...memberLabels(this.name, server.name), 'app.kubernetes.io/name': 'vllm-worker' },
      partition: server.served.rolloutPartition ?? 0,
      queue: this.#props.queue,
    };
    return { ...makeServerGroup(scope, made, group, this), rollout };
  }
}

nameClass('VllmDeployment', VllmDeployment);
