import { UPSTREAM_IMAGES, VllmRelease } from '../../catalog/vllm-release';
import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { kubernetesNameFault } from '../../core/naming';
import { FabricBinding } from '../../core/rdma-fabric';
import { secretFaults } from '../../core/secret-reference';
import { concreteFault } from '../../core/tokens';
import { endTrial } from '../../core/errors';
import { imageFaults } from '../../core/container-image';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf, isUnreadable } from '../../units/unreadable';
import { servingHardware } from '../model/serving-hardware';
import { deviceFaults, refusedVariableFaults } from '../pod/pod-addition-faults';
import { PlannedImage, imageTagFaults, movingTagWarnings } from '../pod/image-tag-faults';
import { cacheSizeFaults } from '../pod/model-cache-faults';
import { PodSizing } from '../pod/pod-sizing';
import { ServerScaling } from '../scaling/server-scaling';
import { readableImage, servingImageFaults } from '../pod/serving-image';
import {
  fixedNumberFaults,
  replicaFaults,
  scalerMost,
  serverFaults,
  serviceNameFaults,
  serviceWarnings,
  sizedTokenFaults,
  startupFaults,
} from '../pod/server-faults';
import { draftFilesFaults, draftMountFaults } from './draft-model';
import { flagFaults, flagWarnings } from './flag-faults';
import { groupOf, partitionFaults } from './group-faults';
import { openAiFaults } from './openai-faults';
import { parserWarnings } from './parser-warnings';
import { resolveVllmModel } from './resolve-vllm-model';
import { objectName, servedName } from './served-name';
import { ServedModel } from './served-model';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { REFUSED_VARIABLES, modelLabels, ownPodOf } from './vllm-pod';
import { bufferFaults, streamFaults, streamTokenFaults, streamWarnings, streamedModelFaults } from './stream-faults';
import { sizeVllmPod } from './vllm-pod-size';
import { vllmScaling } from './vllm-scaling';
import { vllmReleaseFaults, vllmReleaseWarnings } from './vllm-release-faults';
import { VllmServer } from './vllm-server';
import { VllmVersion } from './vllm-version';
import { ownValue } from '../../units/own-value';

/**
 * A model with everything decided, and its pods sized.
 *
 * @internal
 */
export interface CheckedServer {
  readonly server: VllmServer;
  readonly sizing: PodSizing;
  readonly replicas: number;
  /** What its pods need to use the fabric of their nodes, where they work together. @default - they work alone, or by TCP */
  readonly fabric?: FabricBinding;
  /** What sets the number of its servers. @default - nothing in this program */
  readonly scaling?: ServerScaling;
  readonly warnings: readonly Fault[];
}

/** `servers` is only valid if there are no faults. */
interface DeploymentCheck {
  readonly servers: readonly CheckedServer[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** What one model comes to. */
interface ModelCheck {
  readonly checked?: CheckedServer;
  readonly faults: readonly Fault[];
  /** Faults of properties of the deployment, which only such a model has. @default - none */
  readonly ofDeployment?: readonly Fault[];
}

/**
 * Resolves each model on its hardware once, and finds all faults of the properties of a deployment.
 *
 * @internal
 */
export function checkVllmDeployment(props: VllmDeploymentProps, name: string, release: VllmRelease): DeploymentCheck {
  const own = allOf(
    () => kubernetesNameFault('name', name),
    () => serverFaults(props, props.replicas ?? 1, ownPodOf(props)),
    () => imageFaults('vllmImage', props.vllmImage),
    () => ownImageFaults(props),
    () => imageTagFaults(plannedImage(props, release)),
    () => vllmReleaseFaults(props.nodePool, release),
    () => secretFaults('apiKey', props.apiKey),
    () => queueFaults(props, release),
    () => streamFaults(props, release),
    () => deviceFaults(props),
    () => refusedVariableFaults(props, REFUSED_VARIABLES),
    () => flagFaults(props.extraArguments ?? [], versionOf(props, release)),
  );
  const { models } = props;
  endTrial(own, props.nodePool, models, props.resources, props.startupBudget, ...(isUnreadable(models) ? [] : models));
  const unknown = allOf(
    () => concreteFault('name', name, 'ids and names derive from it'),
    () => concreteFault('nameSuffix', props.nameSuffix, 'names derive from it'),
    () => sizedTokenFaults(props),
    () => streamTokenFaults(props),
    () => models.flatMap(modelTokenFaults),
  );
  if (unknown.length > 0) return { servers: [], faults: unknown, warnings: [] };
  const names = models.map(servedName);
  const checks = models.map((served, i) => checkModel({ props, deployment: name, release }, served, names[i]));
  const servers = checks.flatMap(({ checked }) => checked ?? []);
  const faults = allOf(
    () => own,
    () => setFaults(props, names),
    () => checks.flatMap((each, i) => faultsUnder(each.faults, `models[${i}]`, `model '${names[i]}'`)),
    () => checks.flatMap((each, i) => faultsUnder(each.ofDeployment ?? [], '', `model '${names[i]}'`)),
    () =>
      servers.flatMap(({ server }) =>
        faultsUnder(startupFaults(props.startupBudget, [server]), '', `model '${server.name}'`),
      ),
  );
  // Earlier faults would be repeated by the pods that result from them.
  if (faults.length === 0) faults.push(...servers.flatMap((each) => roomFaults(props, name, each)));
  if (faults.length === 0 && props.modelCache) {
    const uses = servers.map(({ server, sizing: { cachedMib: mib, gpus } }) => ({ name: server.name, mib, gpus }));
    faults.push(...cacheSizeFaults(props.modelCache, props.nodePool, uses));
  }
  const warnings = [
    ...servers.flatMap((each) => each.warnings),
    ...vllmReleaseWarnings(props, release),
    ...movingTagWarnings(plannedImage(props, release)),
    ...flagWarnings(props.extraArguments ?? [], new VllmVersion(release.vllmVersion)),
    ...serviceWarnings(props),
    ...streamWarnings(props),
  ];
  return { servers, faults, warnings };
}

/** What keeps vLLM's server from using the image of the user. */
function ownImageFaults({ servingImage: image, vllmImage, vllmRelease }: VllmDeploymentProps): Fault[] {
  return servingImageFaults({
    server: 'vLLM',
    image,
    release: image?.vllmRelease,
    other: { property: 'vllmImage', given: vllmImage !== undefined },
    beside: { property: 'vllmRelease', given: vllmRelease },
  });
}

/** vLLM's own image, whose tag is of the release that the models are planned for: `v0.24.0`, with what follows a hyphen. */
function plannedImage({ servingImage, vllmImage }: VllmDeploymentProps, release: VllmRelease): PlannedImage {
  return {
    property: vllmImage === undefined ? 'servingImage' : 'vllmImage',
    reference: vllmImage ?? readableImage(servingImage)?.reference,
    repository: 'vllm/vllm-openai',
    read: (tag) => {
      const [, version] = /^v(\d+\.\d+\.\d+[\w.]*)(?:-.*)?$/.exec(tag) ?? [];
      return version === undefined ? undefined : { version };
    },
    release: { property: 'vllmRelease', version: release.vllmVersion },
  };
}

function modelTokenFaults(served: ServedModel, index: number): Fault[] {
  const path = `models[${index}]`;
  return Object.entries(served).flatMap(([property, value]) =>
    concreteFault(
      `${property} of ${path}`,
      value,
      'the arguments of the server are made and checked at synthesis',
      `${path}.${property}`,
    ),
  );
}

function versionOf({ servingImage }: VllmDeploymentProps, { vllmVersion }: VllmRelease): VllmVersion {
  return new VllmVersion(vllmVersion, UPSTREAM_IMAGES, readableImage(servingImage)?._pluggedNames);
}

/** The deployment of a model. */
interface Around {
  readonly props: VllmDeploymentProps;
  /** Its name. */
  readonly deployment: string;
  readonly release: VllmRelease;
}

function checkModel({ props, deployment, release }: Around, served: ServedModel, name: string): ModelCheck {
  const { nodePool } = props;
  const vllm = versionOf(props, release);
  const hardware = servingHardware(nodePool);
  const asked = scalerMost(props) ?? served.replicas ?? props.replicas;
  const named = allOf(
    () => modelNameFaults(name),
    () => (served.version === undefined ? [] : modelVersionFaults(served.version)),
    () => wholeNumberFault('replicas', served.replicas, 1),
    () => fixedNumberFaults(served.replicas, props),
    () => poolFaults(served, nodePool.poolName),
    () => openAiFaults(served, `${vllm}`),
  );
  const made = resolveVllmModel({
    name,
    options: served,
    vllm,
    replicas: Number.isSafeInteger(asked) && Number(asked) > 0 ? asked : undefined,
    hardware,
    maxNodes: nodePool.maxNodes,
    network: hardware.network,
    locked: ownValue(props.plans ?? {}, name),
    spansNodes: true,
  });
  const faults = allOf(
    () => named,
    () => made.faults,
    () => (made.resolved ? draftMountFaults(served, made.resolved.plan, props.volumeMounts) : []),
    () => (made.resolved ? draftFilesFaults(served, made.resolved) : []),
  );
  if (!made.resolved || faults.length > 0) return { faults };
  const options = props.weightLoading?._streamed;
  const from = options && { store: props.modelStore, options };
  const server = new VllmServer(served, made.resolved, vllm, props.maxQueuedRequests, from);
  const replicas = asked ?? made.resolved.plan.replicas;
  const { sizing } = sized(props, server);
  const group = groupOf(props, server);
  return {
    checked: {
      ...{ server, sizing, replicas, fabric: group.binding, scaling: vllmScaling(props, deployment, server, sizing) },
      warnings: [...made.warnings, ...parserWarnings(name, served)],
    },
    faults: allOf(
      () => group.faults,
      () => partitionFaults(served, server, replicas),
      () => streamedModelFaults(server),
    ),
    ofDeployment: [...group.ofDeployment, ...bufferFaults(server)],
  };
}

function sized(props: VllmDeploymentProps, server: VllmServer) {
  const { instanceType, gpusPerNode, disk } = servingHardware(props.nodePool);
  return sizeVllmPod(props, server, instanceType, gpusPerNode, disk);
}

function roomFaults(props: VllmDeploymentProps, name: string, checked: CheckedServer): Fault[] {
  const { server, sizing, replicas, scaling } = checked;
  const { faults } = sized(props, server);
  const labels = modelLabels(name, server.name);
  const found = allOf(
    () => (faults.length > 0 ? faults : replicaFaults(props, sizing, replicas, labels, server.nodes.nodes)),
    () => scaling?.faults ?? [],
  );
  return faultsUnder(found, '', `model '${server.name}'`);
}

function poolFaults({ nodePool }: ServedModel, poolName: string): Fault[] {
  if (nodePool === undefined || nodePool === poolName) return [];
  const reason = `nodePool '${nodePool}' is another pool than that of the deployment, '${poolName}'; remove it, or make a deployment on that pool`;
  return [fault('CONFLICTING_PROPERTIES', 'nodePool', reason)];
}

function setFaults({ models, plans = {}, nameSuffix }: VllmDeploymentProps, names: readonly string[]): Fault[] {
  if (models.length === 0) {
    const reason = 'models must not be empty; name at least one, e.g. { model: ModelSpec.LLAMA_3_1_8B }';
    return [fault('EMPTY_LIST', 'models', reason)];
  }
  const called = models.flatMap((model, i) => [
    ...(model.servedModelNames ?? [names[i]]),
    ...(model.loraAdapters ?? []).map((adapter) => adapter.name),
  ]);
  return allOf(
    () => duplicateFaults('models', names),
    () => (new Set(names).size < names.length ? [] : duplicateFaults('models', called)),
    () => objectNameFaults([...new Set(names)], nameSuffix),
    () =>
      Object.keys(plans)
        .filter((each) => !names.includes(each))
        .map((each) =>
          fault(
            'PLAN_OF_UNKNOWN_MODEL',
            `plans.${each}`,
            `plans has a plan for '${each}', but no model has that name; the models are: ${names.join(', ')}`,
          ),
        ),
  );
}

/** Kubernetes allows fewer characters than model names, and a Service must begin with a letter. */
function objectNameFaults(names: readonly string[], nameSuffix?: string): Fault[] {
  return names.flatMap((name, i) => {
    const own = objectName({ nameSuffix }, name);
    const other = names.slice(0, i).find((before) => objectName({ nameSuffix }, before) === own);
    if (other === undefined) return serviceNameFaults(`the Kubernetes name of model '${name}'`, own).map(ofModels);
    const reason = `models '${other}' and '${name}' both become '${own}' in Kubernetes; rename one of them`;
    return [fault('DUPLICATE', 'models', reason)];
  });
}

function ofModels({ id, reason }: Fault): Fault {
  return fault(id, 'models', reason);
}

function queueFaults({ maxQueuedRequests }: VllmDeploymentProps, release: VllmRelease): Fault[] {
  if (maxQueuedRequests === undefined) return [];
  if (new VllmVersion(release.vllmVersion).isAtLeast(0, 29))
    return wholeNumberFault('maxQueuedRequests', maxQueuedRequests, 0);
  return [
    fault(
      'ENGINE_ARGUMENT_NOT_IN_VLLM',
      'maxQueuedRequests',
      `maxQueuedRequests needs vLLM 0.29.0 or later, but vllmRelease is ${release}, whose queue has no bound; use a later release, or remove it`,
    ),
  ];
}
