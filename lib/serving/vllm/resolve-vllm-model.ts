import { InferenceEngine } from '../../catalog/inference-engine';
import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { faultsOf } from '../../core/errors';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityPlanner } from '../../planning/capacity-planner';
import { CapacityTargets, ServingLoad } from '../../planning/capacity-request';
import { leastStep } from '../../planning/configuration';
import { defaultContextLength } from '../../planning/request-faults';
import { speculationNeeds } from '../../planning/version-fit';
import { planWarnings } from '../../planning/warnings';
import { Fault, fault } from '../../units/fault';
import { LanguageModelOptions } from '../model/language-model-options';
import { loadOf, lockFaults } from '../model/locked-plan';
import { PlanRequest, choicesOf, planFaults, planModel } from '../model/plan-model';
import { choiceText } from '../model/choice-text';
import { PodRoom } from '../model/pod-room';
import { Resolution, ResolvedModel, withinServer } from '../model/resolved-model';
import { ServingHardware } from '../model/serving-hardware';
import { offloadFaults } from './engine-option-faults';
import { loraCapacity } from './lora-adapters';
import { OpenAiOptions } from './openai-options';
import { argumentValueFaults } from './engine-argument-values';
import { foreignPlanFaults, optionFaults, parallelismFaults, planOptionFaults } from './vllm-faults';
import { givenNameFaults, versionFaults, versionWarnings } from './version-faults';
import { groupFaults } from './server-group';
import { unplannedSpeculation } from './speculation-faults';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';
import { allOf } from '../../units/unreadable';

/**
 * A model for vLLM to serve, as a server or topology describes it.
 *
 * @internal
 */
export interface VllmModelRequest {
  readonly name: string;
  readonly options: LanguageModelOptions &
    VllmOptions &
    OpenAiOptions & { readonly parallelism?: Parallelism; readonly targets?: CapacityTargets };
  /** Version of vLLM that will run it. */
  readonly vllm: VllmVersion;
  /** @default - as many as the targets need, at least 1 */
  readonly replicas?: number;
  /** Given hardware. @default - the planner chooses */
  readonly hardware?: ServingHardware;
  /** Maximum number of nodes of the pool. @default - as many as the replicas need */
  readonly maxNodes?: number;
  /** Region in which the planner chooses hardware. @default - any */
  readonly region?: string;
  /** What its pods find on the nodes that the planner chooses. @default - room enough */
  readonly room?: (resolved: ResolvedModel) => PodRoom;
  /** How the nodes that the planner chooses reach each other. */
  readonly network: ServingLoad['network'];
  /** How it is planned. @default planModel */
  readonly planner?: (request: PlanRequest) => CapacityPlan;
  /** Locked plan. Nothing in it is computed again. */
  readonly locked?: CapacityPlan;
  /** Whether one server may have several nodes, or data-parallel ranks: vLLM's own on given hardware. @default false */
  readonly spansNodes?: boolean;
  /** Whether to report if the planner would choose otherwise than the locked plan. @default false */
  readonly compares?: boolean;
}

/**
 * Decides every default of a model once and plans it once; faults are returned, never thrown.
 *
 * @internal
 */
export function resolveVllmModel(request: VllmModelRequest): Resolution {
  const own = allOf(
    () => optionFaults(request.options),
    () => argumentValueFaults(request.options.engineArguments ?? {}, request.vllm),
    () => hardwareFaults(request),
    // They need no plan, so that a load that cannot be planned hides none of them.
    () => givenNameFaults(request.options, request.vllm),
    () => offloadFaults(request.options),
  );
  return request.locked ? kept(request, request.locked, own) : planned(request, own);
}

/** Plans that are compared to say why one was chosen; several may be of one instance type. */
const MOST_CHOICES = 40;

/** Plans are made for whole GPUs. */
function hardwareFaults({ hardware, options, locked, region, spansNodes }: VllmModelRequest): Fault[] {
  const within = spansNodes ? (given: Parallelism) => given.withReplicas(1) : withinServer;
  const parallelism = options.parallelism ?? (locked && within(locked.parallelism));
  return allOf(
    () => {
      if (!parallelism) return [];
      return spansNodes && hardware
        ? groupFaults(parallelism, hardware)
        : parallelismFaults(parallelism, hardware, region);
    },
    () =>
      hardware && hardware.sharing !== GpuSharingKind.NONE
        ? [
            fault(
              'PLAN_NEEDS_WHOLE_GPUS',
              undefined,
              `pool '${hardware.poolName}' shares its GPUs (${hardware.sharing}), but a language model is planned with the memory of whole ` +
                'GPUs and would run out of memory at start; use a pool that does not share its GPUs',
            ),
          ]
        : [],
  );
}

function planned(request: VllmModelRequest, own: Fault[]): Resolution {
  let plan: CapacityPlan | undefined;
  const refused = faultsOf(() => (plan = (request.planner ?? planModel)(planRequest(request))));
  // What the planner refuses too is said once, and what a newer release has with that release.
  const newer = speculationNeeds(request.options, request.vllm);
  const said = new Set(own.map(({ id, property }) => `${id} ${property}`));
  if (newer.length > 0)
    said.add('SPECULATION_NOT_IN_ENGINE speculativeDecoding').add('SPECULATION_NOT_PIPELINED parallelism');
  const faults = allOf(
    () => own,
    () => (plan ? [] : newer),
    () => refused.filter(({ id, property }) => !said.has(`${id} ${property}`)),
  );
  if (plan)
    faults.push(...planOptionFaults(plan, request.options), ...versionFaults(plan, request.options, request.vllm));
  if (plan && faults.length === 0) faults.push(...planFaults(plan, request.options.targets, request.spansNodes));
  const resolved = plan && faults.length === 0 ? resolvedOf(request, plan) : undefined;
  const choices = request.hardware
    ? undefined
    : (region?: string) => choicesOf({ ...planRequest(request), region }, MOST_CHOICES);
  return { resolved, faults, choices, warnings: resolved ? ownWarnings(request, resolved.plan) : [] };
}

/**
 * A locked plan stays valid whatever the planner would choose today; it must only be for this model and hardware, and not be contradicted.
 */
function kept(request: VllmModelRequest, plan: CapacityPlan, own: Fault[]): Resolution {
  const { options, hardware, vllm } = request;
  const faults = allOf(
    () =>
      lockFaults(
        plan,
        { ...options, replicas: request.replicas, lora: loadFor(request).lora },
        hardware,
        request.spansNodes,
      ),
    () => foreignPlanFaults(plan, request.spansNodes),
    () => planOptionFaults(plan, options),
    () => versionFaults(plan, options, vllm),
    () => own,
  );
  if (faults.length > 0) return { faults, warnings: [] };
  const otherChoice = request.compares ? choiceToday(request, plan) : undefined;
  const warnings = [...fitWarnings(request.name, plan), ...ownWarnings(request, plan)];
  return { resolved: resolvedOf(request, plan), faults, warnings, otherChoice };
}

/**
 * Warnings that a server heeds by itself or that its pool gives: it is told the sequences of its plan, and pools warn of old instance types. One
 * that may have data-parallel ranks starts them.
 */
const SAID_ELSEWHERE = ['SCHEDULER_SEQUENCES', 'LEGACY_INSTANCE'];

/** What the planner warns of, and what it was not told. */
function ownWarnings({ name, options, vllm, spansNodes }: VllmModelRequest, plan: CapacityPlan): Fault[] {
  const heeded = spansNodes ? [...SAID_ELSEWHERE, 'DATA_PARALLEL_ATTENTION'] : SAID_ELSEWHERE;
  return [
    ...choiceWarnings(name, plan, heeded),
    ...unplannedSpeculation(name, options),
    ...versionWarnings(name, plan, options, vllm),
  ];
}

/** What the planner warns of in its own choice, or in what it was told to take. */
function choiceWarnings(name: string, plan: CapacityPlan, heeded: readonly string[]): Fault[] {
  return planWarnings(plan)
    .filter(({ id }) => !heeded.includes(id))
    .map(({ id, reason }) => fault(id, undefined, `model '${name}': ${reason}`));
}

/** What the planner would choose today, if it differs from the locked plan. A given number of replicas is not its choice. */
function choiceToday(request: VllmModelRequest, locked: CapacityPlan): CapacityPlan | undefined {
  let today: CapacityPlan | undefined;
  // A refusal today is no reason to refuse what already runs.
  faultsOf(() => (today = planModel(planRequest(request))));
  const same = today && (request.replicas === undefined ? locked.sameChoice(today) : locked._sameReplica(today));
  return same ? undefined : today;
}

function fitWarnings(name: string, locked: CapacityPlan): Fault[] {
  const { instanceType, precision, parallelism } = locked;
  let today: CapacityPlan | undefined;
  faultsOf(() => (today = CapacityPlanner.plan({ ...loadOf(locked), instanceType, precision, parallelism })));
  if (today?.fits) return [];
  return [
    fault(
      'PLAN_NO_LONGER_FITS',
      undefined,
      `model '${name}' keeps its locked plan (${choiceText(locked)}), although the planner would now say that it does not fit; nothing ` +
        'changes until you remove or replace the plan',
    ),
  ];
}

function resolvedOf({ name, options }: VllmModelRequest, plan: CapacityPlan): ResolvedModel {
  return new ResolvedModel(name, options.version, plan, options.targets);
}

function planRequest(request: VllmModelRequest): PlanRequest {
  const { options, hardware, maxNodes, replicas, region, room: find } = request;
  const { precision, parallelism, targets } = options;
  const room = find && !hardware ? (plan: CapacityPlan) => find(resolvedOf(request, plan)) : undefined;
  return { load: loadFor(request), precision, parallelism, targets, replicas, hardware, maxNodes, region, room };
}

function loadFor({ options, vllm, hardware, network }: VllmModelRequest): ServingLoad {
  const { model, contextLength, concurrency, inputTokens, outputTokens, checkpointSize } = options;
  const { maxSequences, gpuMemoryUtilization, kvCachePrecision, cudaGraphs, cpuOffload, mediaInput } = options;
  const { speculativeDecoding, attentionWindow } = options;
  const lora = loraCapacity(options, options.engineArguments?.max_loras);
  const load: ServingLoad = {
    ...{ model, contextLength, concurrency, inputTokens, outputTokens, checkpointSize },
    ...{ maxSequences, gpuMemoryUtilization, cudaGraphs, cpuOffload, mediaInput, speculativeDecoding, lora },
    attentionWindow,
    // The precision of the weights is the planner's default, which counts only its width.
    kvCachePrecision: kvCachePrecision?.name === Precision.FP8.name ? Precision.FP8 : undefined,
    engine: vllm.engine,
    network: hardware?.network ?? network,
  };
  const whole = options.chunkedPrefill === false ? longestPrompt(load) : wholePromptWindow(load, vllm, hardware);
  return { ...load, maxBatchedTokens: options.maxBatchedTokens ?? whole };
}

/**
 * Maximum tokens of one step for a vLLM that computes whole prompts, where the longest must fit: before 0.8, and until 0.11 on
 * GPUs before Ampere, which its first engine served (it refuses to start with `max_num_batched_tokens` below `max_model_len`).
 * Undefined for later ones, which split prompts.
 *
 * @see https://github.com/vllm-project/vllm (vllm/config: SchedulerConfig)
 */
function wholePromptWindow(load: ServingLoad, vllm: VllmVersion, hardware?: ServingHardware): number | undefined {
  const beforeAmpere = hardware !== undefined && hardware.instanceType.gpu.computeCapability < 8;
  const firstEngine = !vllm.isAtLeast(0, 8) || (beforeAmpere && !vllm.isAtLeast(0, 11));
  return firstEngine ? longestPrompt(load) : undefined;
}

/** Tokens of a step that holds any prompt, and one for each sequence. */
function longestPrompt(load: ServingLoad): number {
  const { speculativeDecoding, engine = InferenceEngine.DEFAULT, maxSequences = 0, concurrency = 0 } = load;
  const sequences = Math.max(maxSequences, concurrency);
  // What is no number of sequences is refused as such, not as one of tokens.
  const step = Number.isSafeInteger(sequences) ? leastStep({ engine, drafter: speculativeDecoding }, sequences) : 0;
  return Math.max(2048, load.contextLength ?? defaultContextLength(load), step);
}
