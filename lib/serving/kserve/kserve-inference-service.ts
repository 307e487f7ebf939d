import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { kubernetesName } from '../../core/naming';
import { SecretReference } from '../../core/secret-reference';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { withdraw } from '../../core/withdraw';
import { CustomResources } from '../../kubernetes/custom-resources';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Duration } from '../../units/duration';
import { Fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { makeCallerKey } from '../pod/caller-key';
import { makeInferenceService } from './inference-service';
import { kserveFaults, nodeFaults } from './kserve-faults';
import { KServeInferenceServiceProps } from './kserve-inference-service-props';
import { KServeRuntime } from './kserve-runtime';
import { KServeServer, checkTriton, checkVllm } from './kserve-server';
import { servedWeights } from './served-weights';

/**
 * A language model that KServe serves: an `InferenceService` (v1beta1) in deployment mode `Standard`, with the pods that `VllmDeployment` or
 * `TritonDeployment` would have, of the same plan.
 *
 * What KServe fills in silently where it is left out is always said: `storageUri`, the runtime and its version, the protocol (v2), the requests and
 * limits of the pods, the autoscaler (`none`, or `external` with `maxReplicas`) and how a rollout replaces pods. The service has a `ServingRuntime` and
 * a `ClusterStorageContainer` of its own, so that no default of the cluster comes in, and its weights are fetched and checked as those of all our
 * servers. KServe makes the Deployment and the Service `<name>-predictor`, which has port 80.
 *
 * One `ValidationError` lists all faults: those of the server, a model that needs several nodes (`VllmDeployment` serves it), what KServe makes by itself,
 * and a path that is none of a model. On a cluster that this program makes it needs a `KServe`, and that cert-manager.
 *
 * @see https://kserve.github.io/website/
 */
export class KServeInferenceService extends Construct implements IWatchable {
  /** Name of the InferenceService. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Where the weights are: `s3://<bucket>/<name>/<version>`. */
  public readonly storageUri: string;
  /** Name that requests call the model by, and that its metrics have. */
  public readonly modelName: string;
  /** Base URL within the cluster: of the API of OpenAI, e.g. `http://chat-predictor.inference.svc/v1`, or of Triton's, without `/v1`. */
  public readonly endpoint: string;
  /** The secret with the key that requests to vLLM must have, in `namespace`. @default - Triton serves, and has none */
  public readonly apiKeySecret?: SecretReference;
  /** How the model fits its GPUs, with the engine's settings. */
  public readonly plan: CapacityPlan;
  /** GPUs of each server. */
  public readonly gpusPerPod: number;
  /** Number of servers; the most of them where a scaler sets it. */
  public readonly replicas: number;
  /** How long loading may take before a pod is restarted. */
  public readonly startupBudget: Duration;
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The InferenceService with its ServingRuntime and its ClusterStorageContainer. */
  public readonly resources: CustomResources;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: KServeInferenceServiceProps) {
    throwIfOfOtherKinds(
      scope,
      'KServeInferenceServiceProps',
      props,
      id,
      (given) => new KServeInferenceService(scope, id, given),
    );
    super(scope, id);
    try {
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      const server = this.#checked(props);
      const weights = servedWeights(this, props);
      this.storageUri = weights.uri;
      this.modelName = weights.modelName;
      this.plan = server.plan;
      this.replicas = props.maxReplicas ?? server.replicas;
      this.gpusPerPod = server.sizing.gpus;
      this.startupBudget = Duration.seconds(server.sizing.startupSeconds);
      const isTriton = props.runtime?._triton !== undefined;
      this.endpoint = `http://${this.name}-predictor.${this.namespace}.svc${isTriton ? '' : '/v1'}`;
      this.apiKeySecret = isTriton ? undefined : (props.runtime?._vllm?.apiKey ?? this.#makeKey(props, server));
      const made = server.server(this.apiKeySecret);
      this.resources = makeInferenceService(this, made, { ...server.served, storageUri: this.storageUri });
      this.metricsTarget = server.metricsTarget;
      ClusterLedger.of(props.cluster).addUser(ClusterSingleton.KSERVE, this);
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  #checked(props: KServeInferenceServiceProps): KServeServer {
    const runtime = props.runtime ?? KServeRuntime.vllm();
    const own = kserveFaults(props, this.name);
    // What follows would be told twice.
    const isStopped = own.some(({ property }) => property === 'modelPath' || property === 'parallelism');
    if (isStopped) throwIfInvalid(this, own);
    const { name, namespace } = this;
    const { server, faults, warnings } = runtime._triton
      ? checkTriton(props, runtime._triton, { name, namespace })
      : checkVllm(props, runtime._vllm ?? {}, { name, namespace });
    const spans = server !== undefined && server.nodes > 1;
    const found = spans ? nodeFaults(props, server.plan.parallelism) : faults;
    const isTold = ({ id, property }: Fault) => own.some((each) => each.id === id && each.property === property);
    throwIfInvalid(this, [...own, ...found.filter((each) => !isTold(each))]);
    for (const warning of warnings) addWarning(this, warning);
    // Without a server there is a fault.
    return server as KServeServer;
  }

  #makeKey({ cluster }: KServeInferenceServiceProps, { labels }: KServeServer): SecretReference {
    const { name, namespace } = this;
    return makeCallerKey(this, { cluster, name, namespace, labels });
  }
}

nameClass('KServeInferenceService', KServeInferenceService);
