import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
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
import { answerSeconds } from '../../planning/answer-time';
import { CapacityPlan } from '../../planning/capacity-plan';
import { firstTokenUnderLoadMs } from '../../planning/first-token-under-load';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { Duration } from '../../units/duration';
import { nameClass } from '../../units/own-class';
import { makeCallerKey } from '../pod/caller-key';
import { groupSecurityLevel } from '../pod/group-fabric';
import { Server, makeServer } from '../pod/make-server';
import { makeServerGroup } from '../pod/make-server-group';
import { exitSeconds } from '../pod/pod-sizing';
import { refuseRemovedParts } from '../pod/removed-parts';
import { Rollout } from '../pod/rollout';
import { readableImage } from '../pod/serving-image';
import { VLLM_PORTS } from './serve-arguments';
import { CheckedServer, checkVllmDeployment } from './vllm-deployment-faults';
import { VllmDeploymentProps } from './vllm-deployment-props';
import {
  PROBE_ITEMS,
  VLLM,
  memberLabels,
  modelLabels,
  probeFiles,
  vllmContainer,
  vllmLabels,
  vllmWorkerContainer,
} from './vllm-pod';

/** Requests of OpenAI's API, and of those like it, that name a model: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
const OPENAI_PATHS = ['chat/completions', 'completions', 'embeddings', 'responses', 'rerank', 'score'];

/** What a model's servers are made of. */
interface Made {
  readonly service: ServiceV1;
  readonly deployment?: DeploymentV1;
  readonly group?: CustomResources;
}

/**
 * Language models on vLLM's own server, with the API of OpenAI.
 *
 * One process of vLLM serves one model and its adapters. So each model of the list has a Deployment, a Service, a service account that may read
 * its weights and a network policy of its own, all named after the model: `http://<model>.<namespace>.svc:8000/v1`. One key opens all of them,
 * and one scrape job watches them. To add or remove a model touches no other.
 *
 * An init container copies the weights from the model store, checking every file, before vLLM starts. Terraform does not wait for the deployment:
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
  /** What a front door sends requests to. */
  public readonly openAiTargets: OpenAiTarget[];
  /** How all its servers are scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes deployments by model, for overrides: of those whose servers have one node each. */
  public readonly deployments: { [model: string]: DeploymentV1 };
  /** The LeaderWorkerSets by model: of those whose servers are groups of several nodes. */
  public readonly leaderWorkerSets: { [model: string]: CustomResources };
  /** The Kubernetes services by model, for overrides. */
  public readonly services: { [model: string]: ServiceV1 };

  readonly #props: VllmDeploymentProps;

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
      const made = byName.map((each) => ({ name: each.server.name, ...this.#makeServer(each, securityLevel) }));
      this.deployments = Object.fromEntries(
        made.flatMap((each) => (each.deployment ? [[each.name, each.deployment]] : [])),
      );
      this.leaderWorkerSets = Object.fromEntries(made.flatMap((each) => (each.group ? [[each.name, each.group]] : [])));
      this.services = Object.fromEntries(made.map((each) => [each.name, each.service]));
      if (made.some(({ group }) => group)) ClusterLedger.of(props.cluster).addGroups(this);
      this.openAiTargets = byName.map((each) => this.#openAiTarget(each));
      this.metricsTarget = this.#makeMetricsTarget(byName);
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  #endpointOf(model: string): string {
    return `http://${kubernetesName(model)}.${this.namespace}.svc:${VLLM_PORTS.http}/v1`;
  }

  #openAiTarget({ server }: CheckedServer): OpenAiTarget {
    return {
      models: server.allNames,
      serviceName: kubernetesName(server.name),
      namespace: this.namespace,
      podSelector: modelLabels(this.name, server.name),
      port: VLLM_PORTS.http,
      paths: OPENAI_PATHS,
      healthPath: '/health',
      apiKeySecret: this.apiKeySecret,
      isolated: this.#props.networkPolicy ?? true,
      answerSeconds: answerSeconds(server.plan),
    };
  }

  /** Labels of the pods of all models. */
  get #labels(): { [key: string]: string } {
    return vllmLabels(this.name);
  }

  #makeKey(securityLevel: PodSecurityLevel): SecretReference {
    const { name, namespace } = this;
    return makeCallerKey(this, { cluster: this.#props.cluster, name, namespace, labels: this.#labels, securityLevel });
  }

  #makeServer({ server, sizing, replicas, fabric }: CheckedServer, securityLevel: PodSecurityLevel): Made {
    const props = this.#props;
    const exit = props.exitTimeout?.toSeconds() ?? exitSeconds([server]);
    const name = kubernetesName(server.name);
    const options = {
      image: props.servingImage?.reference ?? props.vllmImage ?? this.vllmRelease.image(),
      startupSeconds: sizing.startupSeconds,
      exitSeconds: exit,
      stallSeconds: props.stallTimeout?.toSeconds(),
      apiKey: this.apiKeySecret,
      environment: props.environment ?? {},
      extraArguments: props.extraArguments ?? [],
      fabric,
    };
    const scope = new Construct(this, `Model-${server.name}`);
    const labels = modelLabels(this.name, server.name);
    const own = memberLabels(this.name, server.name);
    const made: Server = {
      kind: VLLM,
      given: props,
      name,
      namespace: this.namespace,
      labels,
      memberLabels: server.nodes.nodes > 1 ? own : undefined,
      securityLevel,
      replicas,
      sizing,
      exitSeconds: exit,
      container: vllmContainer(server, options),
      data: probeFiles(server),
      files: [],
      probeItems: PROBE_ITEMS,
      copies: server.copies,
      requestPorts: [VLLM_PORTS.http],
      metricsPort: VLLM_PORTS.http,
      tensorParallelism: server.resolved.parallelism.tensor,
      rollout: new Rollout({ ...props, replicas }),
    };
    if (server.nodes.nodes === 1) return makeServer(scope, made);
    return makeServerGroup(scope, made, {
      size: server.nodes.nodes,
      worker: vllmWorkerContainer(server, options),
      workerLabels: { ...own, 'app.kubernetes.io/name': 'vllm-worker' },
      partition: server.served.rolloutPartition ?? 0,
    });
  }

  #makeMetricsTarget(servers: readonly CheckedServer[]): MetricsTarget {
    const { maxReplicas, networkPolicy = true } = this.#props;
    const names = servers.map(({ server }) => server.names[0]);
    const latencies = servers.map(({ server }) => Math.ceil(firstTokenUnderLoadMs(server.plan)));
    return {
      jobName: `vllm-${this.name}`,
      namespace: this.namespace,
      podSelector: this.#labels,
      port: VLLM_PORTS.http,
      path: '/metrics',
      exporters: [MetricExporter.VLLM],
      models: [...names].sort(),
      features: [],
      version: this.vllmRelease.vllmVersion,
      isolated: networkPolicy,
      replicas: maxReplicas === undefined ? servers.reduce((sum, { replicas }) => sum + replicas, 0) : undefined,
      startupSeconds: this.startupBudget.toSeconds(),
      plannedLatencyMs: Object.fromEntries(names.map((each, i) => [each, latencies[i]])),
    };
  }
}

nameClass('VllmDeployment', VllmDeployment);
