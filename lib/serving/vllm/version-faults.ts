import { nearNames } from '../../catalog/near-names';
import { compareVersions } from '../../catalog/metric';
import { releaseBeforeVllm, releaseWithVllm } from '../../catalog/serving-engine';
import {
  VLLM_READ,
  VllmName,
  quantizationMethod,
  quantizationMethods,
  vllmArgument,
  vllmArguments,
} from '../../catalog/vllm-arguments';
import { architectureDropped, architectureSupport } from '../../catalog/vllm-architectures';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { RESERVED_ARGUMENTS } from './engine-arguments';
import { speculationFaults } from './speculation-faults';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';
import { allOf } from '../../units/unreadable';

/** First vLLM with `enable_expert_parallel`: 0.7.3 has no such argument. */
const EXPERT_PARALLEL_SINCE = '0.8.0';

/**
 * What a version of vLLM cannot load, although the hardware could: the architecture, arguments that it does not know, methods of quantization.
 *
 * @internal
 */
export function versionFaults(plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): Fault[] {
  const version = `${vllm}`;
  return allOf(
    () => architectureFaults(plan, version),
    () => speculationFaults(plan, version),
    () =>
      plan.parallelism.expert > 1 && compareVersions(version, EXPERT_PARALLEL_SINCE) < 0
        ? [
            fault(
              'ENGINE_ARGUMENT_NOT_IN_VLLM',
              'parallelism',
              `expert parallelism ${plan.parallelism.expert} needs vLLM ${EXPERT_PARALLEL_SINCE}, but this release has ${version}; use ` +
                `${releaseWithVllm(EXPERT_PARALLEL_SINCE)}, or expert parallelism 1`,
            ),
          ]
        : [],
    () =>
      Object.keys(options.engineArguments ?? {})
        .filter((argument) => !(argument in RESERVED_ARGUMENTS))
        .flatMap((argument) => argumentFaults(argument, version)),
    () => methodFaults(options.quantization, version),
  );
}

function architectureFaults({ model }: CapacityPlan, version: string): Fault[] {
  const dropped = architectureDropped(model.shape);
  if (dropped && compareVersions(version, dropped.vllm) >= 0) {
    const reason =
      `${model.name} has the architecture of ${dropped.architecture}, which vLLM ${dropped.vllm} dropped, and this release has ${version}; use ` +
      `${releaseBeforeVllm(dropped.vllm)}, or another model`;
    return [fault('MODEL_NEEDS_OLDER_VLLM', 'model', reason)];
  }
  const needed = architectureSupport(model.shape);
  if (!needed || compareVersions(version, needed.vllm) >= 0) return [];
  return [
    fault(
      'MODEL_NEEDS_NEWER_VLLM',
      'model',
      `${model.name} has the architecture of ${needed.architecture}, which vLLM knows since ${needed.vllm}, but this release has ${version}; use ` +
        `${releaseWithVllm(needed.vllm)}, or another model`,
    ),
  ];
}

function argumentFaults(argument: string, version: string): Fault[] {
  const known = vllmArgument(argument, version);
  if (!known.missing) return [];
  const what = `engineArguments.${argument} does not exist in vLLM ${version}, which would fail to load the model`;
  return [
    fault(
      'ENGINE_ARGUMENT_NOT_IN_VLLM',
      `engineArguments.${argument}`,
      `${what}: ${why(argument, known, vllmArguments(version), version)}`,
    ),
  ];
}

function methodFaults(method: string | undefined, version: string): Fault[] {
  if (method === undefined) return [];
  const known = quantizationMethod(method, version);
  if (!known.missing) return [];
  const what = `quantization '${method}' does not exist in vLLM ${version}, which would fail to load the model`;
  return [
    fault(
      'QUANTIZATION_NOT_IN_VLLM',
      'quantization',
      `${what}: ${why(method, known, quantizationMethods(version), version)}`,
    ),
  ];
}

function why(name: string, { since, until }: VllmName, names: string[], version: string): string {
  if (since === undefined || until === undefined) {
    const near = nearNames(name, names)
      .map((each) => `'${each}'`)
      .join(', ');
    return `no version from ${VLLM_READ.first} to ${VLLM_READ.last} has it; nearest: ${near}`;
  }
  if (compareVersions(version, since) < 0) return `it came with ${since}; use ${releaseWithVllm(since)}, or remove it`;
  return `it was gone after ${until}; remove it`;
}
