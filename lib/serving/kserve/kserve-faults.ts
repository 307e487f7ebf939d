import { Parallelism } from '../../catalog/parallelism';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { serviceNameFaults } from '../pod/server-faults';
import { KServeInferenceServiceProps } from './kserve-inference-service-props';
import { PARTS, PYTHON_PATH } from './kserve-pod';
import { OF_OPENAI } from './kserve-server';
import { modelPathFaults } from './model-path';

/** Longest name: `isvc.<name>-predictor` is a label of the pods. */
const LONGEST_NAME = 48;

/** What KServe makes by itself, with the reason. */
const OF_KSERVE = {
  modelCache:
    'KServe mounts a volume of its own where the weights are; serve by VllmDeployment or TritonDeployment to share them',
  autoscaling:
    'KServe makes the Deployment, <name>-predictor; set maxReplicas instead, and have a scaler of your own set its number',
  initContainers:
    'KServe puts the container that fetches the weights behind them, so that they would find none; leave it out',
  serviceType:
    'KServe makes the Service of the predictor, and of one kind only; put a Service or a gateway of your own before it',
  serviceAnnotations: 'KServe makes the Service of the predictor; put a Service or a gateway of your own before it',
} as const;

/**
 * The faults of what KServe is told, apart from those of the server that it runs.
 *
 * @internal
 */
export function kserveFaults(props: KServeInferenceServiceProps, name: string): Fault[] {
  const { modelPath, version, modelStore } = props;
  return allOf(
    () => modelPathFaults(modelPath, version, modelStore.bucketName),
    () => nameFaults(name),
    () => ofKServeFaults(props),
    () => sidecarFaults(props),
    () => variableFaults(props),
    () => templateFaults(props),
    () => openAiFaults(props),
    () => (props.parallelism === undefined ? [] : nodeFaults(props, props.parallelism)),
  );
}

function nameFaults(name: string): Fault[] {
  const faults = serviceNameFaults('name', name);
  if (faults.length > 0 || name.length <= LONGEST_NAME) return faults;
  const reason =
    `name must have at most ${LONGEST_NAME} characters, because KServe labels the pods isvc.<name>-predictor; ` +
    `'${name}' has ${name.length}`;
  return [fault('INVALID_NAME', 'name', reason)];
}

function ofKServeFaults(props: KServeInferenceServiceProps): Fault[] {
  return Object.entries(OF_KSERVE).flatMap(([property, why]) =>
    props[property as keyof typeof OF_KSERVE] === undefined
      ? []
      : [fault('NOT_WITH_KSERVE', property, `${property} has no effect on an InferenceService: ${why}`)],
  );
}

/** Containers of these names are KServe's, or it takes them for something else. */
function sidecarFaults({ sidecars = [], volumes = [] }: KServeInferenceServiceProps): Fault[] {
  const taken: readonly string[] = [PARTS.server, PARTS.storage, PARTS.transformer, PARTS.agent];
  const reserved = (property: string, what: string, name: string) =>
    fault('RESERVED', property, `the name '${name}' of ${what} is KServe's own; give it another one`);
  return [
    ...sidecars.flatMap(({ name }, i) =>
      taken.includes(name) ? [reserved(`sidecars[${i}].name`, 'a sidecar', name)] : [],
    ),
    ...volumes.flatMap(({ name }, i) =>
      name === PARTS.models ? [reserved(`volumes[${i}].name`, 'a volume', name)] : [],
    ),
  ];
}

/** KServe's validation refuses the service. */
function variableFaults({ environment, secretEnvironment, sidecars = [] }: KServeInferenceServiceProps): Fault[] {
  const maps: [string, object | undefined][] = [
    ['environment', environment],
    ['secretEnvironment', secretEnvironment],
    ...sidecars.flatMap((sidecar, i): [string, object | undefined][] => [
      [`sidecars[${i}].environment`, sidecar.environment],
      [`sidecars[${i}].secretEnvironment`, sidecar.secretEnvironment],
    ]),
  ];
  return maps.flatMap(([property, given]) =>
    given === undefined || !Object.hasOwn(given, PYTHON_PATH)
      ? []
      : [
          fault(
            'NOT_WITH_KSERVE',
            `${property}.${PYTHON_PATH}`,
            `${property} must not set ${PYTHON_PATH}, with which KServe refuses an InferenceService; put the modules into the image`,
          ),
        ],
  );
}

/**
 * KServe reads the container of the server as a template of Go, and replaces what stands between the braces, or fails.
 *
 * @see https://github.com/kserve/kserve (pkg/controller/v1beta1/inferenceservice/utils/utils.go of v0.20.0, ReplacePlaceholders)
 */
function templateFaults(props: KServeInferenceServiceProps): Fault[] {
  const { environment, extraArguments, engineArguments } = props;
  return Object.entries({ environment, extraArguments, engineArguments }).flatMap(([property, given]) => {
    if (given === undefined || !JSON.stringify(given).includes('{{')) return [];
    const reason =
      `${property} must not contain '{{', which KServe reads as the beginning of a template of its own; put the text into a file of the image, e.g. a chat template, ` +
      'or serve by VllmDeployment';
    return [fault('NOT_WITH_KSERVE', property, reason)];
  });
}

function openAiFaults(props: KServeInferenceServiceProps): Fault[] {
  if (props.runtime?._triton === undefined) return [];
  return OF_OPENAI.filter((property) => props[property] !== undefined).map((property) => {
    const reason =
      property === 'targets'
        ? 'targets are planned for where vLLM serves by itself; use KServeRuntime.vllm(), or set parallelism and replicas'
        : `${property} is of the API of OpenAI, which KServeRuntime.triton() does not have; use KServeRuntime.vllm(), or leave it out`;
    return fault('CONFLICTING_PROPERTIES', property, reason);
  });
}

/**
 * A server of several nodes. KServe's validation takes workers only beside weights on a claim or in an image (`pvc://`, `oci://`), and its runtime for
 * them needs Ray.
 *
 * @see https://github.com/kserve/kserve (pkg/apis/serving/v1beta1/inference_service_validation.go of v0.20.0, validateMultiNodeVariables)
 *
 * @internal
 */
export function nodeFaults(
  { nodePool, modelPath, modelStore }: KServeInferenceServiceProps,
  parallelism: Parallelism,
): Fault[] {
  const { gpuCount, name } = nodePool.hardware;
  const { gpusPerReplica } = parallelism;
  if (gpusPerReplica <= gpuCount) return [];
  const reason =
    `a server of ${parallelism.withReplicas(1)} has ${gpusPerReplica} GPUs, more than the ${gpuCount} of a ${name} (pool '${nodePool.poolName}'), but ` +
    `KServe refuses an InferenceService of several nodes whose storageUri is s3://${modelStore.bucketName}/${modelPath}: it takes only pvc:// and oci:// ` +
    'there; use VllmDeployment, whose servers may be groups of nodes, or fewer GPUs, a smaller precision or larger nodes';
  return [fault('KSERVE_SPANS_NODES', 'parallelism', reason)];
}
