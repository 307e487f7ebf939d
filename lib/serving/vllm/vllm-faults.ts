import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { LanguageModelOptions } from '../model/language-model-options';
import { choosableTypes } from '../model/plan-model';
import { ServingHardware } from '../model/serving-hardware';
import { contextOverrideFaults } from './context-override-faults';
import { OFFLOADS, REFUSED_ARGUMENTS, RESERVED_ARGUMENTS, RESERVED_OVERRIDES, offloadsCache } from './engine-arguments';
import { hasOtherSpeculation } from './speculation-faults';
import { VllmOptions } from './vllm-options';
import { allOf } from '../../units/unreadable';
import { ownValue } from '../../units/own-value';

/**
 * Formats of the weights on the GPU by quantization method of vLLM; a method that is not listed may produce any.
 *
 * @see https://docs.vllm.ai/en/latest/features/quantization/
 */
const METHODS: { readonly [method: string]: readonly Precision[] } = {
  awq: [Precision.INT4],
  awq_marlin: [Precision.INT4],
  gptq: [Precision.INT4, Precision.INT8],
  gptq_marlin: [Precision.INT4, Precision.INT8],
  bitsandbytes: [Precision.INT4, Precision.INT8],
  fp8: [Precision.FP8, Precision.FP8_BLOCK],
  fbgemm_fp8: [Precision.FP8],
  modelopt: [Precision.FP8],
  modelopt_fp4: [Precision.NVFP4],
  mxfp4: [Precision.MXFP4],
};

/**
 * Faults that vLLM would report on any hardware; those of the planner (heads, contexts, formats that a GPU lacks) are not repeated here.
 *
 * @internal
 */
export function optionFaults(options: LanguageModelOptions & VllmOptions): Fault[] {
  const { concurrency, maxSequences, engineArguments = {} } = options;
  return allOf(
    () =>
      concurrency !== undefined && maxSequences !== undefined && concurrency > maxSequences
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'concurrency',
              `concurrency ${concurrency} is more than maxSequences ${maxSequences}; raise maxSequences or lower concurrency`,
            ),
          ]
        : [],
    () =>
      Object.keys(engineArguments)
        .filter((argument) => Object.hasOwn(RESERVED_ARGUMENTS, argument))
        .filter((argument) => argument !== 'speculative_config' || !hasOtherSpeculation(options))
        .map((argument) =>
          fault(
            'RESERVED',
            `engineArguments.${argument}`,
            `engineArguments must not set ${argument}, which is derived from other properties; use ${RESERVED_ARGUMENTS[argument]}`,
          ),
        ),
    () =>
      Object.keys(engineArguments)
        .filter((argument) => Object.hasOwn(REFUSED_ARGUMENTS, argument))
        .map((argument) =>
          fault(
            'RESERVED',
            `engineArguments.${argument}`,
            `engineArguments must not set ${argument}, which ${REFUSED_ARGUMENTS[argument]}`,
          ),
        ),
    () =>
      offloadsCache(engineArguments.kv_transfer_config)
        ? [fault('RESERVED', 'engineArguments.kv_transfer_config', `engineArguments.kv_transfer_config ${OFFLOADS}`)]
        : [],
    () => overrideFaults(engineArguments.hf_overrides),
  );
}

/** Settings of the model that change what its layers see, also of a part of it, so that the plan would count another cache. */
function overrideFaults(given: unknown): Fault[] {
  const property = 'engineArguments.hf_overrides';
  if (!isSettings(given)) return [];
  const paths = Object.entries(given).flatMap(([name, value]) =>
    isSettings(value) ? Object.keys(value).map((inner) => [name, inner]) : [[name]],
  );
  return paths.flatMap((path) => {
    const last = path[path.length - 1];
    if (!Object.hasOwn(RESERVED_OVERRIDES, last)) return [];
    const reason = `engineArguments must not override ${path.join('.')} of the model, which decides what the cache keeps; use ${RESERVED_OVERRIDES[last]}`;
    return [fault('RESERVED', `${property}.${path.join('.')}`, reason)];
  });
}

function isSettings(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parallelism that a server of vLLM cannot have.
 *
 * @param parallelism the parallelism
 * @param hardware given hardware @default - the planner chooses an instance type
 * @param region region in which the planner chooses @default - any
 *
 * @internal
 */
export function parallelismFaults(
  { tensor, pipeline, data, expert, attentionRanks }: Parallelism,
  hardware?: ServingHardware,
  region?: string,
): Fault[] {
  const gpus = tensor * pipeline;
  const node = hardware?.instanceType;
  const most = node ? Infinity : mostGpus(region);
  return allOf(
    () =>
      node && gpus > node.gpuCount
        ? [
            fault(
              'SERVER_EXCEEDS_NODE',
              'parallelism',
              `tensor × pipeline parallelism is ${tensor} × ${pipeline} = ${gpus} GPUs, but a ${node.name} has ${node.gpuCount} and Triton ` +
                `serves within a node; use less parallelism, a smaller precision or larger nodes, or ${BY_VLLM}, whose servers may have several nodes`,
            ),
          ]
        : [],
    () =>
      gpus > most
        ? [
            fault(
              'SERVER_EXCEEDS_NODE',
              'parallelism',
              `tensor × pipeline parallelism is ${tensor} × ${pipeline} = ${gpus} GPUs, but no instance type${region === undefined ? '' : ` in ${region}`} has ` +
                `more than ${most} and only ${BY_VLLM} on a given pool spans nodes; use at most ${most} together, e.g. tensor ${most}, or a smaller precision`,
            ),
          ]
        : [],
    () =>
      attentionRanks > 1 ? [dataParallelFault('parallelism', 'the parallelism', attentionRanks, expert, tensor)] : [],
    () =>
      data > 1 && attentionRanks === 1
        ? [
            fault(
              'REPLICAS_AS_PARALLELISM',
              'parallelism',
              `data parallelism ${data} is not a property of one server; leave it out and set replicas to ${data}`,
            ),
          ]
        : [],
    () =>
      expert > 1 && expert < tensor
        ? [
            fault(
              'EXPERTS_DIFFER_FROM_TENSOR',
              'parallelism',
              `vLLM spreads experts over exactly the tensor-parallel GPUs, so expert parallelism must be 1 or ${tensor}; got ${expert}`,
            ),
          ]
        : [],
  );
}

/** What serves beyond a node. */
const BY_VLLM = "vLLM's own server (VllmDeployment, or server: InferenceServer.VLLM of a topology)";

/** GPUs of the largest instance type that the planner chooses. */
function mostGpus(region?: string): number {
  return Math.max(...choosableTypes(region).map(({ gpuCount }) => gpuCount));
}

/** Data-parallel attention, which neither Triton nor a topology without pools starts. */
function dataParallelFault(property: string, what: string, ranks: number, expert: number, tensor: number): Fault {
  return fault(
    'DATA_PARALLEL_NOT_SERVED',
    property,
    `${what} has ${ranks} data-parallel ranks that share experts over ${expert} GPUs, but a server is one rank: Triton's vLLM backend knows none of ` +
      `the others; use ${tensor === 1 ? 'expert parallelism 1' : `expert parallelism 1 or ${tensor}`}, or ${BY_VLLM} on a given pool`,
  );
}

/**
 * Settings of vLLM that contradict the plan.
 *
 * @internal
 */
export function planOptionFaults(plan: CapacityPlan, options: VllmOptions): Fault[] {
  return allOf(
    () => quantizationFaults(options.quantization, plan.precision),
    () => cacheFaults(options.kvCachePrecision, plan.precision),
    () => contextOverrideFaults(options.engineArguments?.hf_overrides, plan.contextLength),
  );
}

/**
 * Locked plans that vLLM cannot run.
 *
 * @param plan the locked plan
 * @param spansNodes whether one server may have data-parallel ranks
 *
 * @internal
 */
export function foreignPlanFaults(plan: CapacityPlan, spansNodes = false): Fault[] {
  const { tensor, expert } = plan.parallelism;
  const { kvCachePrecision } = plan;
  return allOf(
    () =>
      expert > tensor && !spansNodes
        ? [dataParallelFault('plan', 'the locked plan', plan.parallelism.attentionRanks, expert, tensor)]
        : [],
    () =>
      plan.engine._isVllm
        ? []
        : [
            fault(
              'PLAN_OF_OTHER_ENGINE',
              'plan',
              `the locked plan is for ${plan.engine}, but vLLM is to run it; replan the model for vLLM`,
            ),
          ],
    () =>
      kvCachePrecision.bits < 16 && kvCachePrecision.name !== Precision.FP8.name
        ? [
            fault(
              'CACHE_FORMAT_NOT_SUPPORTED',
              'plan',
              `the locked plan has a key-value cache in ${kvCachePrecision}, which vLLM does not support; replan the model with fp8`,
            ),
          ]
        : [],
  );
}

function quantizationFaults(method: string | undefined, precision: Precision): Fault[] {
  if (method === undefined) return [];
  const made = ownValue(METHODS, method) ?? Precision.ALL.filter((candidate) => candidate.quantized);
  if (made.some((candidate) => candidate.name === precision.name)) return [];
  return [
    fault(
      'QUANTIZATION_DIFFERS_FROM_PRECISION',
      'quantization',
      `quantization '${method}' makes weights of ${made.map((p) => p.name).join(' or ')}, but the plan counts ${precision.name}; set ` +
        'precision to what the method makes, or remove quantization',
    ),
  ];
}

function cacheFaults(cache: Precision | undefined, weights: Precision): Fault[] {
  if (!cache || cache.name === weights.name || cache.name === Precision.FP8.name) return [];
  return [
    fault(
      'CACHE_FORMAT_NOT_SUPPORTED',
      'kvCachePrecision',
      `kvCachePrecision must be fp8 or that of the weights (${weights.name}); got ${cache.name}`,
    ),
  ];
}
