import { CapacityPlan } from '../../planning/capacity-plan';
import { cacheFormat, planVersionFaults } from '../../planning/version-fit';
import {
  NamedOption,
  deprecationFaults,
  nameFaults,
  nameWarnings,
  namedArgument,
  namedCache,
  namedChoice,
  namedMethod,
} from '../../planning/vllm-name-faults';
import { VllmValueKind, vllmValues } from '../../catalog/vllm-values';
import { hasToken } from '../../core/tokens';
import { Fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { draftFaults } from './draft-model';
import { REFUSED_ARGUMENTS, RESERVED_ARGUMENTS } from './engine-arguments';
import { engineOptionFaults, namedEngineOptions } from './engine-option-faults';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';

/**
 * What a version of vLLM cannot load, although the hardware could: the plan, and options against it. Only what certainly fails; see
 * `givenNameFaults` and `versionWarnings` for the rest.
 *
 * @param plan the plan of the model
 * @param options what the plan does not include
 * @param vllm the version, and the images that sentences advise instead of it
 *
 * @internal
 */
export function versionFaults(plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): Fault[] {
  return allOf(
    () => planVersionFaults(plan, vllm),
    () => draftFaults(options, plan),
    () => engineOptionFaults(plan, options, vllm),
  );
}

/**
 * Names that a version of vLLM does not have, or is about to give up, whatever the plan.
 *
 * @internal
 */
export function givenNameFaults(options: VllmOptions, vllm: VllmVersion): Fault[] {
  return allOf(
    () => namesOf(options, vllm).flatMap((named) => nameFaults(named, vllm)),
    () => deprecationFaults(options.quantization, options.engineArguments?.allow_deprecated_quantization, vllm),
  );
}

/**
 * Names of which is not known whether a version of vLLM has them.
 *
 * @internal
 */
export function versionWarnings(name: string, plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): Fault[] {
  const cache = cacheFormat(plan);
  const named = [...namesOf(options, vllm), ...(cache === undefined ? [] : [namedCache(cache, plan.kvCachePrecision)])];
  return named.flatMap((each) => nameWarnings(name, each, vllm));
}

/** What is written for the engine by name besides the plan. Arguments with a property of their own are refused elsewhere. */
function namesOf(options: VllmOptions, vllm: VllmVersion): NamedOption[] {
  const { engineArguments = {}, quantization } = options;
  const own = Object.keys(engineArguments).filter(
    (argument) => ![RESERVED_ARGUMENTS, REFUSED_ARGUMENTS].some((table) => Object.hasOwn(table, argument)),
  );
  return [
    ...namedEngineOptions(options),
    ...own.map((argument) => namedArgument(argument)),
    ...own.flatMap((argument) => chosen(argument, engineArguments[argument], vllm)),
    ...(quantization === undefined ? [] : [namedMethod(quantization)]),
  ];
}

/** The value of an argument that takes a choice in this version; one of another kind is refused as such. */
function chosen(argument: string, value: unknown, vllm: VllmVersion): NamedOption[] {
  const known = vllmValues(argument, `${vllm}`);
  if (known === undefined || known.choices.length === 0 || hasToken(value)) return [];
  const isOfKind =
    known.kind === VllmValueKind.WHOLE ? /^\s*[+-]?\d+\s*$/.test(`${value as string}`) : typeof value === 'string';
  return isOfKind ? [namedChoice(argument, `${value as string | number}`.trim())] : [];
}
