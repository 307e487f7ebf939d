import { InferenceEngine } from '../../../catalog/inference-engine';
import { Parallelism } from '../../../catalog/parallelism';
import { Precision } from '../../../catalog/precision';
import { compareVersions } from '../../../catalog/metric';
import { TritonRelease } from '../../../catalog/serving-engine';
import { faultsOf } from '../../../core/errors';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { ServingLoad } from '../../../planning/capacity-request';
import { planWarnings } from '../../../planning/warnings';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { lockFaults } from '../../model/locked-plan';
import { planFaults, planModel } from '../../model/plan-model';
import { Resolution, ResolvedModel } from '../../model/resolved-model';
import { parallelismFaults } from '../../vllm/vllm-faults';
import { ModelSite } from '../model-definition';
import { TensorRtLlmModelProps } from './tensor-rt-llm-model-props';

/** First version whose LLM API is stable; the arguments that are written here were read in 1.2. */
const FIRST_LLM_API = '1.0';

/** Warnings that a server heeds by itself or that its pool gives. */
const SAID_ELSEWHERE = ['SCHEDULER_SEQUENCES', 'LEGACY_INSTANCE'];

/**
 * Decides every default of a model for TensorRT-LLM once and plans it once; faults are returned, never thrown.
 *
 * @internal
 */
export function resolveTensorRtLlm(
  props: TensorRtLlmModelProps,
  parallelism: Parallelism,
  { hardware, release, replicas }: ModelSite,
): Resolution {
  const { name, plan: locked } = props;
  const own = allOf(
    () => imageFaults(release),
    () => parallelismFaults(parallelism, hardware),
    () =>
      hardware.sharing === GpuSharingKind.NONE
        ? []
        : [
            fault(
              'PLAN_NEEDS_WHOLE_GPUS',
              undefined,
              `pool '${hardware.poolName}' shares its GPUs (${hardware.sharing}), but a language model is planned with the memory of whole GPUs ` +
                'and would run out of memory at start; use a pool that does not share its GPUs',
            ),
          ],
    () =>
      locked
        ? lockedFaults(locked, { ...props, gpuMemoryUtilization: props.cacheMemoryFraction, replicas }, hardware)
        : [],
  );
  let plan: CapacityPlan | undefined = locked;
  const load = loadFor(props, hardware.network);
  const refused = locked
    ? []
    : faultsOf(() => (plan = planModel({ load, precision: props.precision, parallelism, replicas, hardware })));
  const said = new Set(own.map(({ id, property }) => `${id} ${property}`));
  const faults = allOf(
    () => own,
    () => refused.filter(({ id, property }) => !said.has(`${id} ${property}`)).map(renamed),
  );
  if (plan && !locked && faults.length === 0) faults.push(...planFaults(plan));
  const resolved = plan && faults.length === 0 ? new ResolvedModel(name, props.version, plan) : undefined;
  return { resolved, faults, warnings: resolved ? warningsOf(name, resolved.plan) : [] };
}

/** The planner's name for the share of the memory is another. */
function renamed({ id, property, reason }: Fault): Fault {
  if (property !== 'gpuMemoryUtilization') return { id, property, reason };
  return fault(id, 'cacheMemoryFraction', reason.replace('gpuMemoryUtilization', 'cacheMemoryFraction'));
}

/**
 * The fault of a release that has no image with TensorRT-LLM, or one that is too old.
 *
 * @param release the release
 * @param least version from which on it has what is needed @default - the LLM API
 *
 * @internal
 */
export function imageFaults(release: TritonRelease, least: string = FIRST_LLM_API): Fault[] {
  const version = release.tensorRtLlmVersion;
  const known = TritonRelease.ALL.filter((each) => each.tensorRtLlmVersion !== undefined);
  const newest = known.at(-1);
  if (version === undefined) {
    return [
      fault(
        'RELEASE_WITHOUT_TENSORRT_LLM',
        'tritonRelease',
        `NVIDIA lists no image of Triton ${release} with TensorRT-LLM; use tritonRelease ${newest}, whose TensorRT-LLM is ` +
          `${newest?.tensorRtLlmVersion}, or serve the model by TritonModel.vllm`,
      ),
    ];
  }
  if (compareVersions(version, least) >= 0) return [];
  const first = known.find((each) => compareVersions(each.tensorRtLlmVersion ?? '0', FIRST_LLM_API) >= 0);
  return [
    fault(
      'RELEASE_WITHOUT_TENSORRT_LLM',
      'tritonRelease',
      `Triton ${release} has TensorRT-LLM ${version}, but its LLM API is stable from ${FIRST_LLM_API} on; use tritonRelease ${first} or later`,
    ),
  ];
}

function lockedFaults(
  plan: CapacityPlan,
  beside: Parameters<typeof lockFaults>[1],
  hardware: ModelSite['hardware'],
): Fault[] {
  return allOf(
    () => lockFaults(plan, beside, hardware).map(renamed),
    () =>
      plan.engine.name === InferenceEngine.TENSORRT_LLM.name
        ? []
        : [
            fault(
              'PLAN_OF_OTHER_ENGINE',
              'plan',
              `the locked plan is for ${plan.engine}, but TensorRT-LLM is to run it; replan the model for ${InferenceEngine.TENSORRT_LLM}`,
            ),
          ],
  );
}

function loadFor(props: TensorRtLlmModelProps, network: ServingLoad['network']): ServingLoad {
  const { model, contextLength, concurrency, inputTokens, outputTokens, checkpointSize } = props;
  const { maxSequences, maxBatchedTokens, kvCachePrecision, cudaGraphs } = props;
  return {
    ...{ model, contextLength, concurrency, inputTokens, outputTokens, checkpointSize },
    ...{ maxSequences, maxBatchedTokens, cudaGraphs, network },
    gpuMemoryUtilization: props.cacheMemoryFraction,
    kvCachePrecision: kvCachePrecision?.name === Precision.FP8.name ? Precision.FP8 : undefined,
    engine: InferenceEngine.TENSORRT_LLM,
  };
}

function warningsOf(name: string, plan: CapacityPlan): Fault[] {
  const ofPlan = planWarnings(plan).filter(({ id }) => !SAID_ELSEWHERE.includes(id));
  return [
    ...ofPlan.map(({ id, reason }) => fault(id, undefined, `model '${name}': ${reason}`)),
    fault(
      'TENSORRT_LLM_NOT_MEASURED',
      undefined,
      `model '${name}': the memory and the times of TensorRT-LLM are planned as its documentation has them, and no server was measured; look at its ` +
        `log after the first start, and lower cacheMemoryFraction, ${plan.gpuMemoryUtilization}, if it runs out of memory`,
    ),
  ];
}
