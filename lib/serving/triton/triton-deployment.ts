import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { TritonRelease } from '../../catalog/serving-engine';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { IOpenAiServer, OpenAiTarget } from '../../core/openai-server';
import { SecretReference } from '../../core/secret-reference';
import { withdraw } from '../../core/withdraw';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { Duration } from '../../units/duration';
import { nameClass } from '../../units/own-class';
import { makeCallerKey } from '../pod/caller-key';
import { makeServer } from '../pod/make-server';
import { Rollout } from '../pod/rollout';
import { refuseRemovedParts } from '../pod/removed-parts';
import { readableImage } from '../pod/serving-image';
import { scalerMost } from '../pod/server-faults';
import { declareScaled } from '../scaling/declare-scaled';
import { explainServers } from '../scaling/explain-servers';
import { ServerScaling } from '../scaling/server-scaling';
import { checkDeployment } from './deployment-faults';
import { metricsTargetOf, serverOf } from './made-server';
import { OPENAI_PORT } from './openai/openai-front-end';
import { openAiTargets } from './openai/openai-target';
import { TRITON_PORTS } from './triton-arguments';
import { TritonDeploymentProps } from './triton-deployment-props';
import { tritonLabels } from './triton-pod';

/**
 * Models on NVIDIA Triton Inference Server.
 *
 * An init container assembles one local model repository from the model store, checking every file, before Triton starts. Terraform does
 * not wait for the deployment: its first pods start once their weights are in the store.
 *
 * Language models are planned by `CapacityPlanner` on the pool's hardware: the engine's settings come from the plan, and a model that
 * does not fit is refused with the shortfall on each GPU, the largest part of the memory, and changes that make it fit.
 *
 * All faults are reported in one `ValidationError`: names, versions and shapes that Triton would refuse at load, models
 * that do not fit the GPUs, pods that do not fit a node, and replicas that the pool has no room for.
 */
export class TritonDeployment extends Construct implements IWatchable, IOpenAiServer {
  /** The cluster. */
  public readonly cluster: IKubernetesCluster;
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Host name of the service within the cluster, e.g. `chat.inference.svc`. */
  public readonly serviceHost: string;
  /** Base URL of the HTTP endpoint of the tensor API within the cluster, which `openAi` may keep to the pod. */
  public readonly endpoint: string;
  /** Base URL of the OpenAI front end within the cluster, e.g. `http://chat.inference.svc:9000/v1`. @default - there is none */
  public readonly openAiEndpoint?: string;
  /** The secret with the key that requests to the OpenAI front end must have, in `namespace`. @default - there is no front end */
  public readonly apiKeySecret?: SecretReference;
  /** GPUs of each pod. */
  public readonly gpusPerPod: number;
  /** Number of servers; the most of them where a scaler sets it. */
  public readonly replicas: number;
  /** How long loading may take before a pod is restarted. */
  public readonly startupBudget: Duration;
  /** Release of Triton. */
  public readonly tritonRelease: TritonRelease;
  /** How the language model fits its GPUs, with the engine's settings; the first by name where there are several. @default - there is none */
  public readonly plan?: CapacityPlan;
  /** The plans of all language models, by name. */
  public readonly plans: { [model: string]: CapacityPlan };
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** What a front door sends requests to: empty without an OpenAI front end. */
  public readonly openAiTargets: OpenAiTarget[];
  /** The Kubernetes deployment, for overrides. */
  public readonly deployment: DeploymentV1;
  /** The Kubernetes service, for overrides. */
  public readonly service: ServiceV1;

  readonly #props: TritonDeploymentProps;
  readonly #scaling?: ServerScaling;
  readonly #rollout: Rollout;

  public constructor(scope: Construct, id: string, props: TritonDeploymentProps) {
    throwIfOfOtherKinds(scope, 'TritonDeploymentProps', props, id, (given) => new TritonDeployment(scope, id, given));
    super(scope, id);
    try {
      this.#props = props;
      this.cluster = props.cluster;
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      this.replicas = scalerMost(props) ?? props.replicas ?? 1;
      this.tritonRelease =
        readableImage(props.servingImage)?.tritonRelease ?? props.tritonRelease ?? TritonRelease.DEFAULT;
      const { checked, faults } = checkDeployment(props, this.name, this.replicas, this.tritonRelease);
      throwIfInvalid(this, faults);
      refuseRemovedParts(this, { nodePool: props.nodePool, modelStore: props.modelStore });
      ClusterNodePools.add(props.nodePool);
      this.#scaling = checked.scaling;
      for (const warning of checked.warnings) addWarning(this, warning);
      warnOfEndpoint(props.modelStore);
      const planned = [...checked.models].sort((a, b) => (a.name < b.name ? -1 : 1));
      this.plans = Object.fromEntries(planned.flatMap(({ name, plan }) => (plan ? [[name, plan]] : [])));
      this.plan = planned.find(({ plan }) => plan)?.plan;
      this.gpusPerPod = checked.sizing.gpus;
      this.startupBudget = Duration.seconds(checked.sizing.startupSeconds);
      this.serviceHost = `${this.name}.${this.namespace}.svc`;
      this.endpoint = `http://${this.serviceHost}:${TRITON_PORTS.http}`;

      if (props.openAi) {
        this.openAiEndpoint = `http://${this.serviceHost}:${OPENAI_PORT}/v1`;
        this.apiKeySecret = props.openAi.apiKey ?? this.#makeKey();
      }
      const { name, namespace, replicas, tritonRelease: release, apiKeySecret: apiKey } = this;
      const servers = { props, name, namespace, replicas, release, checked, apiKey };
      const server = serverOf(servers);
      const made = makeServer(this, server);
      this.#rollout = server.rollout;
      this.service = made.service;
      this.deployment = made.deployment;
      declareScaled(this, props.cluster, props.autoscaling);
      this.metricsTarget = metricsTargetOf(servers);
      this.openAiTargets = openAiTargets(servers);
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  /** How many servers there are, or what sets their number, how they are replaced, and how language models fit their GPUs, as text. */
  public explain(): string {
    const plans = Object.values(this.plans).map((plan) => plan.explain());
    return [explainServers({ name: this.name }, this.replicas, this.#scaling, this.#rollout), ...plans].join('\n\n');
  }

  /**
   * What sets the number of servers, in words.
   *
   * @internal
   */
  public _scaling(): string | undefined {
    return this.#scaling?.explain();
  }

  #makeKey(): SecretReference {
    const { name, namespace } = this;
    return makeCallerKey(this, { cluster: this.#props.cluster, name, namespace, labels: tritonLabels(name) });
  }
}

nameClass('TritonDeployment', TritonDeployment);
