import { VllmNameKind, VllmNameState, vllmName } from '../../catalog/vllm-names';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { adapterFaults } from './lora-adapters';
import { OpenAiOptions } from './openai-options';
import { ServedModel } from './served-model';

/** Arguments of the engine that a property of the server's own stands for. */
const OF_SERVER: { readonly [argument: string]: string } = {
  served_model_name: 'servedModelNames',
  reasoning_parser: 'reasoningParser',
  enable_lora: 'loraAdapters',
  max_lora_rank: 'maxLoraRank',
  shutdown_timeout: 'exitTimeout of the deployment',
  max_num_queued_reqs: 'maxQueuedRequests of the deployment',
};

/** As names of hubs are: parts with slashes. */
const SERVED_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/;

/**
 * What vLLM's own server would refuse, or would be told twice.
 *
 * @internal
 */
export function openAiFaults(served: ServedModel, version: string): Fault[] {
  return allOf(
    () => nameFaults(served.servedModelNames),
    () => adapterFaults(served),
    () => parserFaults(served, version),
    () => withoutFlag(served, version),
    () =>
      Object.keys(served.engineArguments ?? {})
        .filter((argument) => Object.hasOwn(OF_SERVER, argument))
        .map((argument) =>
          fault(
            'RESERVED',
            `engineArguments.${argument}`,
            `engineArguments must not set ${argument}, which is derived from other properties; use ${OF_SERVER[argument]}`,
          ),
        ),
  );
}

function nameFaults(names: readonly string[] | undefined): Fault[] {
  if (names === undefined) return [];
  if (names.length === 0) {
    return [
      fault('EMPTY_LIST', 'servedModelNames', 'servedModelNames must not be empty; name at least one, or leave it out'),
    ];
  }
  return names.flatMap((name, i) => {
    const at = `servedModelNames[${i}]`;
    if (typeof name === 'string' && SERVED_NAME.test(name)) return [];
    const reason = `${at} must be letters, digits and . _ : / -, starting with a letter or digit, at most 200 characters; got ${givenValue(name)}`;
    return [fault('INVALID_NAME', at, reason)];
  });
}

function parserFaults({ toolCallParser, reasoningParser }: OpenAiOptions, version: string): Fault[] {
  const given = [
    { property: 'toolCallParser', parser: toolCallParser },
    { property: 'reasoningParser', parser: reasoningParser },
  ];
  return given.flatMap(({ property, parser }) => {
    if (!parser?._isMissingIn(version)) return [];
    const reason =
      `${property} '${parser}' does not exist in vLLM ${version}, which would not start; it is in releases from ${parser.since} to ` +
      `${parser.until}; use another release or parser`;
    return [fault('PARSER_NOT_IN_VLLM', property, reason)];
  });
}

/** Arguments of the engine that a program may set and a command line may not. */
function withoutFlag({ engineArguments = {} }: ServedModel, version: string): Fault[] {
  const isKnown = (argument: string) =>
    vllmName(VllmNameKind.ARGUMENT, argument, version).state === VllmNameState.PRESENT;
  const hasFlag = (argument: string) =>
    vllmName(VllmNameKind.FLAG, argument.replace(/_/g, '-'), version).state !== VllmNameState.MISSING;
  return Object.keys(engineArguments)
    .filter((argument) => isKnown(argument) && !hasFlag(argument))
    .map((argument) => {
      const reason = `engineArguments.${argument} has no flag in vLLM ${version}, whose server would not start; remove it, or serve the model by Triton`;
      return fault('FLAG_NOT_IN_VLLM', `engineArguments.${argument}`, reason);
    });
}
