import { LOAD_METRICS } from '../../catalog/load-metrics';
import { MetricExporter } from '../../catalog/metric-kind';
import { TritonRelease, TritonVariant } from '../../catalog/serving-engine';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { concreteFault } from '../../core/tokens';
import { imageFaults } from '../../core/container-image';
import { DataSize } from '../../units/data-size';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { servingHardware } from '../model/serving-hardware';
import { BackendModel, ModelDefinition, imageVariant } from './model-definition';
import { deviceFaults, refusedVariableFaults } from '../pod/pod-addition-faults';
import { PlannedImage, imageTagFaults, movingTagWarnings } from '../pod/image-tag-faults';
import { cacheSizeFaults } from '../pod/model-cache-faults';
import { exitSeconds, PodSizing } from '../pod/pod-sizing';
import { ServerScaling } from '../scaling/server-scaling';
import { readableImage, servingImageFaults } from '../pod/serving-image';
import {
  replicaFaults,
  serverFaults,
  serviceNameFaults,
  serviceWarnings,
  sizedTokenFaults,
  startupFaults,
} from '../pod/server-faults';
import { configMapFaults } from './config-map-faults';
import { releaseFaults, releaseWarnings } from './release-faults';
import { serverSettingsFaults, serverSettingsWarnings } from './settings/server-settings';
import { argumentFaults } from './triton-arguments';
import { frontEndFiles } from './openai/openai-front-end';
import { frontEndFaults, frontEndModelFaults, frontEndWarnings } from './openai/openai-front-end-faults';
import { ownPodOf, tritonJob, tritonLabels } from './triton-pod';
import { sizeTritonPod } from './triton-pod-size';
import { REFUSED_ENGINE_VARIABLES } from '../vllm/engine-arguments';
import { TritonDeploymentProps } from './triton-deployment-props';
import { allOf, isUnreadable } from '../../units/unreadable';
import { endTrial } from '../../core/errors';

/**
 * A deployment with its models on their hardware and its pods sized.
 *
 * @internal
 */
export interface CheckedDeployment {
  readonly models: readonly BackendModel[];
  readonly sizing: PodSizing;
  /** What sets the number of servers. @default - nothing in this program */
  readonly scaling?: ServerScaling;
  readonly warnings: readonly Fault[];
}

/** `checked` is only valid if there are no faults. */
interface DeploymentCheck {
  readonly checked: CheckedDeployment;
  readonly faults: readonly Fault[];
}

/**
 * Resolves each model on its hardware once, and finds all faults of the properties of a deployment.
 *
 * @internal
 */
export function checkDeployment(
  props: TritonDeploymentProps,
  name: string,
  replicas: number,
  release: TritonRelease,
): DeploymentCheck {
  const own = allOf(
    () => serviceNameFaults('name', name),
    () => serverFaults(props, replicas, ownPodOf(props.openAi)),
    () => imageFaults('tritonImage', props.tritonImage),
    () => ownImageFaults(props),
    () => imageTagFaults(plannedImage(props, release)),
    () => releaseFaults(props.nodePool, release, imageVariant(props.models.map(({ _definition }) => _definition))),
    () => (props.openAi ? frontEndFaults(props, release) : argumentFaults(props.extraArguments ?? [], release)),
  );
  endTrial(own, props.nodePool, props.models, props.resources, props.startupBudget, ...modelsOf(props));
  const definitions = props.models.map(({ _definition: each }) => each.configured?.(props.modelConfiguration) ?? each);
  const unknown = tokenFaults(props, name, definitions);
  const hardware = servingHardware(props.nodePool);
  const plugged = readableImage(props.servingImage)?._pluggedNames;
  const whole = Number.isSafeInteger(replicas) && replicas > 0 ? replicas : 1;
  const place = { hardware, release, plugged, mounts: props.volumeMounts };
  const onSite =
    unknown.length > 0 ? [] : definitions.map((model) => model.on({ ...place, replicas: whole, models: definitions }));
  const models = onSite.flatMap(({ model }) => model ?? []);
  const { instanceType, gpusPerNode, disk } = hardware;
  const sized = sizeTritonPod(props, definitions, models, instanceType, gpusPerNode, disk);
  const scaling = scalingOf(props, name, models, sized.sizing);
  const checked = {
    models,
    sizing: sized.sizing,
    scaling,
    warnings: [
      ...onSite.flatMap(({ warnings }) => warnings),
      ...releaseWarnings(props, release, definitions),
      ...movingTagWarnings(plannedImage(props, release)),
      ...serverSettingsWarnings(props, definitions, whole),
      ...frontEndWarnings(props, definitions),
      ...serviceWarnings(props),
    ],
  };
  if (unknown.length > 0) return { checked, faults: unknown };
  const faults = allOf(
    () => own,
    () =>
      allOf(
        () => modelSetFaults(definitions, props.nodePool),
        () => (sized.sizing.gpus > 0 ? deviceFaults(props) : []),
        () =>
          definitions.some(({ backend }) => backend === 'vllm')
            ? refusedVariableFaults(props, REFUSED_ENGINE_VARIABLES)
            : [],
        () => serverSettingsFaults(props, definitions),
        () => frontEndModelFaults(props, release, definitions),
        () => onSite.flatMap((each, i) => faultsUnder(each.faults, `models[${i}]`, `model '${definitions[i].name}'`)),
      ),
  );
  if (models.length === definitions.length) faults.push(...startupFaults(props.startupBudget, models));
  // Earlier faults would be repeated by the pods that result from them.
  if (faults.length === 0) faults.push(...sized.faults);
  if (faults.length === 0) faults.push(...configMapFaults(models, release, props.openAi ? frontEndFiles() : {}));
  if (faults.length === 0) {
    faults.push(
      ...allOf(
        () => tooSmallCacheFaults(props, name, sized.sizing),
        () => replicaFaults(props, sized.sizing, replicas, tritonLabels(name)),
        () => scaling?.faults ?? [],
      ),
    );
  }
  return { checked, faults };
}

/** What one that streams does is not counted by Triton, only by the engine of a language model. */
function scalingOf(
  { autoscaling, exitTimeout, nodePool, namespace = 'inference' }: TritonDeploymentProps,
  name: string,
  models: readonly BackendModel[],
  sizing: PodSizing,
): ServerScaling | undefined {
  if (autoscaling === undefined) return undefined;
  return new ServerScaling(autoscaling, {
    woken: { job: tritonJob(name), namespace, services: [name], models: models.map((each) => each.name) },
    loads: models.map(({ name: model, streams, exporters, requestsAtOnce }) => ({
      model,
      exporter: streams ? exporters.find((each) => LOAD_METRICS[each]) : MetricExporter.TRITON,
      atOnce: requestsAtOnce,
    })),
    startupSeconds: sizing.startupSeconds,
    coldStartSeconds: sizing.progressDeadline,
    exitSeconds: exitTimeout?.toSeconds() ?? exitSeconds(models),
    serversPerNode: sizing.podsPerNode,
    minNodes: nodePool.minNodes,
  });
}

function tooSmallCacheFaults({ modelCache, nodePool }: TritonDeploymentProps, name: string, pod: PodSizing): Fault[] {
  const uses = [{ name, mib: pod.cachedMib, gpus: pod.gpus }];
  return modelCache === undefined ? [] : cacheSizeFaults(modelCache, nodePool, uses);
}

/** What keeps Triton from using the image of the user. */
function ownImageFaults({ servingImage: image, tritonImage, tritonRelease, models }: TritonDeploymentProps): Fault[] {
  const own = servingImageFaults({
    server: 'Triton',
    image,
    release: image?.tritonRelease,
    other: { property: 'tritonImage', given: tritonImage !== undefined },
    beside: { property: 'tritonRelease', given: tritonRelease },
  });
  const variant = image?.tritonVariant;
  const lacking =
    variant === undefined
      ? undefined
      : models.find(({ _definition: { variant: bound } }) => bound !== undefined && bound !== variant);
  if (lacking === undefined) return own;
  const { name, variant: needed } = lacking._definition;
  const reason = `servingImage has the backends of Triton's variant '${variant}', but model '${name}' needs those of '${needed}'; give its variant when it is made`;
  return [...own, fault('SERVING_IMAGE_LACKS_BACKEND', 'servingImage', reason)];
}

/** Variants of which is known what they have. */
const VARIANTS: readonly string[] = Object.values(TritonVariant);

/** NVIDIA's own image, whose tag is of the release that the models are planned for, with their backends: `26.07-vllm-python-py3`. */
function plannedImage(props: TritonDeploymentProps, release: TritonRelease): PlannedImage {
  const { servingImage, tritonImage, models } = props;
  return {
    property: tritonImage === undefined ? 'servingImage' : 'tritonImage',
    reference: tritonImage ?? readableImage(servingImage)?.reference,
    repository: 'nvidia/tritonserver',
    read: (tag) => {
      const [, version, variant] = /^(\d\d\.\d\d)(?:-(.*))?$/.exec(tag) ?? [];
      return version === undefined ? undefined : { version, variant: VARIANTS.find((each) => each === variant) };
    },
    release: { property: 'tritonRelease', version: release.release },
    variant: models.find(({ _definition: { variant } }) => variant !== undefined)?._definition.variant,
  };
}

/** Of a list that cannot be read nothing. */
function modelsOf({ models }: TritonDeploymentProps): readonly unknown[] {
  return isUnreadable(models) ? [] : models;
}

function tokenFaults(props: TritonDeploymentProps, name: string, models: readonly ModelDefinition[]): Fault[] {
  return allOf(
    () => concreteFault('name', name, 'ids and names derive from it'),
    () => sizedTokenFaults(props),
    () => models.flatMap((model, i) => modelTokenFaults(model, i)),
  );
}

function modelTokenFaults(model: ModelDefinition, index: number): Fault[] {
  const path = `models[${index}]`;
  const unnamed = concreteFault(`name of ${path}`, model.name, 'files and folders are named after it', `${path}.name`);
  if (unnamed.length > 0) return unnamed;
  return Object.entries(model.props).flatMap(([property, value]) =>
    concreteFault(
      `${property} of model '${model.name}'`,
      value,
      'its configuration is made and checked at synthesis',
      `${path}.${property}`,
    ),
  );
}

function modelSetFaults(models: readonly ModelDefinition[], nodePool: IGpuNodePool): Fault[] {
  if (models.length === 0)
    return [
      fault('EMPTY_LIST', 'models', 'models must not be empty: a server without models is ready and serves nothing'),
    ];
  const quoted = (some: readonly ModelDefinition[]) => some.map((model) => `'${model.name}'`).join(', ');
  const faults = duplicateFaults(
    'models',
    models.map((model) => model.name),
  );
  const bound = models.filter(({ variant }) => variant !== undefined);
  if (new Set(bound.map(({ variant }) => variant)).size > 1) {
    const backends = [...new Set(bound.map(engineOf))].sort().join(' and ');
    faults.push(
      fault(
        'MODELS_NEED_DIFFERENT_IMAGES',
        'models',
        `models on ${backends} need different Triton images and cannot share a server; make a deployment for each backend`,
      ),
    );
  }
  const spanning = models.filter((model) => model.spansGpus);
  if (spanning.length > 1) {
    faults.push(
      fault(
        'SEVERAL_MODELS_SPAN_GPUS',
        'models',
        'only one model of a server may span several GPUs, because its engine takes the first GPUs that it sees; got ' +
          `${quoted(spanning)}; make a deployment for each`,
      ),
    );
  }
  return allOf(
    () => faults,
    () => gpuFaults(models, nodePool),
  );
}

/** TensorRT-LLM is a Python model of its image. */
function engineOf({ backend, variant }: ModelDefinition): string {
  return variant === TritonVariant.TENSORRT_LLM ? 'TensorRT-LLM' : backend;
}

/** Whether a model could share a GPU with others. */
function mayShare({ gpus, spansGpus, variant }: ModelDefinition): boolean {
  return gpus > 0 && !spansGpus && (variant === undefined || variant === TritonVariant.STANDARD);
}

function gpuFaults(models: readonly ModelDefinition[], nodePool: IGpuNodePool): Fault[] {
  const { hardware, gpuSharingKind = GpuSharingKind.NONE, poolName } = nodePool;
  const sharing = models.filter((model) => model.sharedGpuMemory);
  const gpus = models.reduce((sum, model) => sum + model.gpus, 0) + (sharing.length > 0 ? 1 : 0);
  const shared = sharedGpuFaults(sharing, nodePool);
  if (shared.length > 0) return shared;
  if (gpuSharingKind !== GpuSharingKind.NONE && gpus > 1) {
    return [
      fault(
        'SERVER_NEEDS_SEVERAL_SHARES',
        'models',
        `a server on pool '${poolName}' can use only one GPU share (${gpuSharingKind}), because a process sees a single MIG instance and a ` +
          `second time slice adds no capacity; requested ${gpus}; use one GPU per model and a deployment for each, or a pool that does not ` +
          'share its GPUs',
      ),
    ];
  }
  if (models.length < 2 || gpus <= hardware.gpuCount) return [];
  const list = [
    ...models.flatMap(({ name, gpus: own }) => (own > 0 ? [`'${name}' ${own}`] : [])),
    ...(sharing.length > 0 ? [`shared by others 1`] : []),
  ].join(', ');
  return [
    fault(
      'SERVER_EXCEEDS_NODE',
      'models',
      `the models of a server need ${gpus} GPUs together (${list}), but a ${hardware.name} has ${hardware.gpuCount}; make a deployment for each` +
        (models.some(mayShare) ? ', or let models of tensors share a GPU by ModelInstances.onSharedGpu' : ''),
    ),
  ];
}

/** What CUDA and the libraries of ONNX Runtime take of a GPU once for all models of a process. */
const SHARED_OVERHEAD = DataSize.gib(1);

function sharedGpuFaults(models: readonly ModelDefinition[], { hardware, gpuShareMemory }: IGpuNodePool): Fault[] {
  const asked = models.map(({ name, sharedGpuMemory = DataSize.ZERO }) => ({ name, memory: sharedGpuMemory }));
  const need = asked.reduce((sum, { memory }) => sum.plus(memory), SHARED_OVERHEAD);
  const has = gpuShareMemory ?? hardware.gpuMemory;
  if (asked.length === 0 || !need.exceeds(has)) return [];
  const list = asked.map(({ name, memory }) => `'${name}' ${memory}`).join(', ');
  return [
    fault(
      'MODELS_EXCEED_SHARED_GPU',
      'models',
      `the models on the server's shared GPU need ${need} together (${list}, and ${SHARED_OVERHEAD} for CUDA), but a GPU of the ` +
        `pool has ${has}; give models less memory, or make another deployment for some of them`,
    ),
  ];
}
