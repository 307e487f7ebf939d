import { VllmRelease } from '../../catalog/vllm-release';
import { TritonRelease } from '../../catalog/serving-engine';
import { faultsOf } from '../../core/errors';
import { FabricBinding } from '../../core/rdma-fabric';
import { SecretReference } from '../../core/secret-reference';
import { MetricsTarget } from '../../core/watchable';
import { groupSecurityLevel } from '../../kubernetes/group-fabric';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault } from '../../units/fault';
import { PodSizing } from '../pod/pod-sizing';
import { Server } from '../pod/server';
import { ServerContainer } from '../pod/server-pod';
import { readableImage } from '../pod/serving-image';
import { checkDeployment } from '../triton/deployment-faults';
import { metricsTargetOf as tritonTargetOf, serverOf as tritonServerOf } from '../triton/made-server';
import { imageVariant } from '../triton/model-definition';
import { TritonModel } from '../triton/triton-model';
import { containerOptions, metricsTargetOf as vllmTargetOf, serverOf as vllmServerOf } from '../vllm/made-server';
import { ServedModel } from '../vllm/served-model';
import { checkVllmDeployment } from '../vllm/vllm-deployment-faults';
import { vllmWorkerContainer } from '../vllm/vllm-pod';
import { ServedByKServe } from './inference-service';
import { KServeInferenceServiceProps } from './kserve-inference-service-props';
import { KSERVE_TRITON, KSERVE_VLLM } from './kserve-pod';
import { KServeTritonOptions, KServeVllmOptions } from './kserve-runtime';
import { folderOf } from './model-path';

/**
 * What serves a model, with everything decided.
 *
 * @internal
 */
export interface KServeServer {
  readonly plan: CapacityPlan;
  readonly replicas: number;
  /** Nodes of one server. */
  readonly nodes: number;
  readonly sizing: PodSizing;
  readonly served: Omit<ServedByKServe, 'storageUri'>;
  readonly metricsTarget: MetricsTarget;
  /** Labels of the pods of the service. */
  readonly labels: { [key: string]: string };
  /** Its objects, once there is a key. */
  server(apiKey?: SecretReference): Server;
  /** The container of the other nodes of a server of several. */
  worker?(apiKey: SecretReference): ServerContainer;
  /** What the pods of a server of several nodes need to use their fabric. */
  readonly fabric?: FabricBinding;
}

/** `server` is only there if there are no faults. */
interface ServerCheck {
  readonly server?: KServeServer;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Where its objects are. */
interface Named {
  readonly name: string;
  readonly namespace: string;
}

/** What a property says of the model itself, whatever serves it. */
type OfModel = Omit<ServedModel, 'name' | 'version' | 'rolloutPartition' | 'replicas' | 'nodePool'>;

const OF_MODEL: Readonly<Record<keyof OfModel, true>> = {
  ...{ model: true, precision: true, checkpointSize: true, contextLength: true, concurrency: true, inputTokens: true },
  ...{ outputTokens: true, targets: true, parallelism: true, maxSequences: true, maxBatchedTokens: true },
  ...{ gpuMemoryUtilization: true, kvCachePrecision: true, kvOffload: true, chunkedPrefill: true },
  ...{ attentionBackend: true, prefixCaching: true, speculativeDecoding: true, cudaGraphs: true },
  ...{ attentionWindow: true, mediaInput: true, cpuOffload: true, quantization: true, trustRemoteCode: true },
  ...{ engineArguments: true, loraAdapters: true, maxLoraRank: true, servedModelNames: true, toolCallParser: true },
  ...{ reasoningParser: true },
};

/** Those of vLLM's own server alone. */
export const OF_OPENAI = ['servedModelNames', 'toolCallParser', 'reasoningParser', 'targets'] as const;

function modelOf(
  props: Omit<KServeInferenceServiceProps, 'runtime'>,
): OfModel & { readonly name: string; readonly version: string } {
  const entries = Object.entries(props).filter(([key, value]) => Object.hasOwn(OF_MODEL, key) && value !== undefined);
  return { ...(Object.fromEntries(entries) as unknown as OfModel), ...folderOf(props.modelPath) };
}

/**
 * Resolves the model on its hardware for vLLM's own server, and finds all faults.
 *
 * @internal
 */
export function checkVllm(
  props: Omit<KServeInferenceServiceProps, 'runtime'>,
  options: KServeVllmOptions,
  named: Named,
  kind = KSERVE_VLLM,
): ServerCheck {
  const { name, namespace } = named;
  const model = modelOf(props);
  const plans = props.plan === undefined ? undefined : { [model.name]: props.plan };
  const given = { ...props, ...options, name, models: [model], plans };
  const release = readableImage(options.servingImage)?.vllmRelease ?? options.vllmRelease ?? VllmRelease.DEFAULT;
  const { servers, faults, warnings } = checkVllmDeployment(given, name, release);
  const [checked] = servers;
  const own = ofService(faults);
  if (checked === undefined) return { faults: own, warnings };
  const securityLevel = groupSecurityLevel([checked.fabric]);
  const shared = { props: given, name, namespace, release, securityLevel, kind };
  const server = (apiKey?: SecretReference): Server => ({
    ...vllmServerOf({ ...shared, apiKey: apiKey as SecretReference }, checked),
    name,
  });
  const worker = (apiKey: SecretReference) =>
    vllmWorkerContainer(checked.server, containerOptions({ ...shared, apiKey }, checked));
  return {
    server: {
      plan: checked.server.plan,
      replicas: checked.replicas,
      nodes: checked.server.nodes.nodes,
      sizing: checked.sizing,
      served: {
        modelFormat: 'vLLM',
        formatVersion: '1',
        serverType: 'vllmserver',
        runtimeVersion: `v${release.vllmVersion}`,
      },
      metricsTarget: vllmTargetOf(shared, [checked]),
      labels: { 'app.kubernetes.io/name': 'vllm', 'app.kubernetes.io/instance': name },
      server,
      worker,
      fabric: checked.fabric,
    },
    faults: own,
    warnings,
  };
}

/**
 * The same for Triton with its vLLM backend.
 *
 * @internal
 */
export function checkTriton(
  props: KServeInferenceServiceProps,
  options: KServeTritonOptions,
  named: Named,
): ServerCheck {
  const { name, namespace } = named;
  const {
    targets: _,
    servedModelNames: _names,
    toolCallParser: _calls,
    reasoningParser: _reason,
    ...model
  } = modelOf(props);
  const { engineMetrics, ...servers } = options;
  const replicas = props.maxReplicas ?? props.replicas ?? 1;
  let made: TritonModel | undefined;
  const refused = faultsOf(() => {
    made = TritonModel.vllm({ ...model, plan: props.plan, engineMetrics });
  });
  if (made === undefined) return { faults: refused, warnings: [] };
  const given = { ...props, ...servers, name, models: [made] };
  const release = readableImage(options.servingImage)?.tritonRelease ?? options.tritonRelease ?? TritonRelease.DEFAULT;
  const { checked, faults } = checkDeployment(given, name, replicas, release);
  const own = ofService(faults);
  const [backend] = checked.models;
  if (backend?.plan === undefined) return { faults: own, warnings: checked.warnings };
  const shared = { props: given, name, namespace, replicas, release, checked, kind: KSERVE_TRITON };
  return {
    server: {
      plan: backend.plan,
      replicas,
      nodes: 1,
      sizing: checked.sizing,
      served: {
        modelFormat: 'triton',
        formatVersion: '2',
        serverType: 'tritonserver',
        runtimeVersion: `${release.release}-${imageVariant(checked.models)}`,
      },
      metricsTarget: tritonTargetOf(shared),
      labels: { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': name },
      server: () => tritonServerOf(shared),
    },
    faults: own,
    warnings: checked.warnings,
  };
}

/** Faults of the only model as faults of the service; that of its name is told by the path. */
function ofService(faults: readonly Fault[]): Fault[] {
  return faults.map(({ id, property, reason }) => {
    const [, own] = /^models\[0\]\.?(.*)$/.exec(property ?? '') ?? [];
    if (own === undefined) return { id, property, reason };
    const path = own === 'name' || own === 'version' ? 'modelPath' : own;
    return { id, reason, ...(path === '' ? {} : { property: path }) };
  });
}
