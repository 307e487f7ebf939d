import { compareVersions } from '../../catalog/metric';
import { architectureDropped, architectureSupport } from '../../catalog/vllm-architectures';
import { VllmNameKind, VllmNameState, vllmName } from '../../catalog/vllm-names';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { RESERVED_ARGUMENTS, cacheFormat } from './engine-arguments';
import { NamedOption, nameFaults, nameWarnings, namedArgument, namedCache, namedMethod } from './name-faults';
import { speculationFaults } from './speculation-faults';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';
import { allOf } from '../../units/unreadable';

/** First vLLM with `enable_expert_parallel`: 0.7.3 has no such argument. */
const EXPERT_PARALLEL_SINCE = '0.8.0';

/**
 * What a version of vLLM cannot load, although the hardware could: the architecture, arguments that it does not know, methods of quantization,
 * formats of the cache. Only what certainly fails; see `versionWarnings` for the rest.
 *
 * @param plan the plan of the model
 * @param options what the plan does not include
 * @param vllm the version, and the images that sentences advise instead of it
 *
 * @internal
 */
export function versionFaults(plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): Fault[] {
  return allOf(
    () => architectureFaults(plan, vllm),
    () => speculationFaults(plan, vllm),
    () =>
      plan.parallelism.expert > 1 && compareVersions(`${vllm}`, EXPERT_PARALLEL_SINCE) < 0
        ? [
            fault(
              'ENGINE_ARGUMENT_NOT_IN_VLLM',
              'parallelism',
              `expert parallelism ${plan.parallelism.expert} needs vLLM ${EXPERT_PARALLEL_SINCE}, but this release has ${vllm}; use ` +
                `${vllm.images.with(EXPERT_PARALLEL_SINCE)}, or expert parallelism 1`,
            ),
          ]
        : [],
    () => namesOf(plan, options).flatMap((named) => nameFaults(named, vllm)),
    () => deprecationFaults(options, vllm),
  );
}

/**
 * Names of which is not known whether a version of vLLM has them.
 *
 * @internal
 */
export function versionWarnings(name: string, plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): Fault[] {
  return namesOf(plan, options).flatMap((named) => nameWarnings(name, named, vllm));
}

/** What is written for the engine by name: arguments and formats. Those with a property of their own are refused elsewhere. */
function namesOf(plan: CapacityPlan, { engineArguments = {}, quantization }: VllmOptions): NamedOption[] {
  const cache = cacheFormat(plan);
  return [
    ...Object.keys(engineArguments)
      .filter((argument) => !(argument in RESERVED_ARGUMENTS))
      .map((argument) => namedArgument(argument)),
    ...(quantization === undefined ? [] : [namedMethod(quantization)]),
    ...(cache === undefined ? [] : [namedCache(cache, plan.kvCachePrecision)]),
  ];
}

function architectureFaults({ model }: CapacityPlan, vllm: VllmVersion): Fault[] {
  const dropped = architectureDropped(model.shape);
  if (dropped && compareVersions(`${vllm}`, dropped.vllm) >= 0) {
    const reason =
      `${model.name} has the architecture of ${dropped.architecture}, which vLLM ${dropped.vllm} dropped, and this release has ${vllm}; use ` +
      `${vllm.images.before(dropped.vllm)}, or another model`;
    return [fault('MODEL_NEEDS_OLDER_VLLM', 'model', reason)];
  }
  const needed = architectureSupport(model.shape);
  if (!needed || compareVersions(`${vllm}`, needed.vllm) >= 0) return [];
  return [
    fault(
      'MODEL_NEEDS_NEWER_VLLM',
      'model',
      `${model.name} has the architecture of ${needed.architecture}, which vLLM knows since ${needed.vllm}, but this release has ${vllm}; use ` +
        `${vllm.images.with(needed.vllm)}, or another model`,
    ),
  ];
}

/** Methods on their way out, which vLLM from 0.14 on refuses unless it is told to take them. */
function deprecationFaults({ quantization, engineArguments = {} }: VllmOptions, vllm: VllmVersion): Fault[] {
  if (quantization === undefined || engineArguments.allow_deprecated_quantization === true) return [];
  const { state } = vllmName(VllmNameKind.DEPRECATED_QUANTIZATION, quantization, `${vllm}`);
  const isMethod = vllmName(VllmNameKind.QUANTIZATION, quantization, `${vllm}`).state === VllmNameState.PRESENT;
  if (state !== VllmNameState.PRESENT || !isMethod) return [];
  return [
    fault(
      'QUANTIZATION_DEPRECATED',
      'quantization',
      `quantization '${quantization}' is deprecated in vLLM ${vllm}, which refuses to load it; use another method, or set ` +
        'allow_deprecated_quantization to true in engineArguments until it is gone',
    ),
  ];
}
