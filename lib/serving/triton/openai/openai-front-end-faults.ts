import { FRONT_END_FLAGS, FRONT_END_LOG_FLAGS, FRONT_END_SINCE } from '../../../catalog/triton-openai';
import { TritonRelease } from '../../../catalog/serving-engine';
import { IGpuNodePool } from '../../../core/gpu-node-pool';
import { secretFaults } from '../../../core/secret-reference';
import { knownListFaults } from '../../../core/text-list';
import { Fault, fault } from '../../../units/fault';
import { givenValue, wholeAmountFault, wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { refusedVariableFaults } from '../../pod/pod-addition-faults';
import { ModelDefinition } from '../model-definition';
import { MAX_INT32 } from '../protobuf-text';
import { StoredFiles } from '../settings/stored-files';
import { TritonDeploymentProps } from '../triton-deployment-props';
import { REFUSED_VARIABLES } from './openai-front-end';
import { OpenAiFrontEndOptions } from './openai-front-end-options';

/**
 * What keeps a front end from what it is told, whatever the models; nothing where there is none.
 *
 * @internal
 */
export function frontEndFaults(props: TritonDeploymentProps, release: TritonRelease): Fault[] {
  const { openAi, nodePool } = props;
  if (openAi === undefined) return [];
  return allOf(
    () => secretFaults('openAi.apiKey', openAi.apiKey),
    () => sizeFaults(openAi),
    () =>
      openAi.chatTemplate === undefined ? [] : new StoredFiles(1).faults('openAi.chatTemplate', openAi.chatTemplate),
    () => imageFaults(nodePool, release),
    () => optionFaults(openAi, release),
    () => settingFaults(props),
    () => refusedVariableFaults(props, REFUSED_VARIABLES),
    () => logArgumentFaults(props.extraArguments ?? []),
  );
}

function sizeFaults({ maxRequestSize, maxToolCallSize, defaultMaxTokens }: OpenAiFrontEndOptions): Fault[] {
  const sizes = { 'openAi.maxRequestSize': maxRequestSize, 'openAi.maxToolCallSize': maxToolCallSize };
  return allOf(
    ...Object.entries(sizes).map(
      ([property, size]) =>
        () =>
          size === undefined ? [] : wholeAmountFault(property, size.bytes, 'bytes', `${size}`, 1),
    ),
    () => wholeNumberFault('openAi.defaultMaxTokens', defaultMaxTokens, 1, MAX_INT32),
  );
}

function imageFaults({ hardware: { gpu, name } }: IGpuNodePool, release: TritonRelease): Fault[] {
  if (gpu.name.startsWith('JETSON-')) {
    const reason =
      `Triton's images for Jetson have neither vLLM nor the OpenAI front end, and ${name} has ${gpu.name}; serve language models there by vLLM's ` +
      'own server (VllmDeployment)';
    return [fault('OPENAI_FRONT_END_ON_JETSON', 'openAi', reason)];
  }
  if (release.release >= FRONT_END_SINCE) return [];
  const reason = `the image of Triton ${release} cannot run the OpenAI front end, which is complete since ${FRONT_END_SINCE}; use a later tritonRelease`;
  return [fault('OPENAI_OPTION_NOT_IN_RELEASE', 'openAi', reason)];
}

/** Without a flag that it does not know, the front end would not start. */
function optionFaults(openAi: OpenAiFrontEndOptions, release: TritonRelease): Fault[] {
  return Object.entries(FRONT_END_FLAGS).flatMap(([property, { flag, since }]) => {
    const given = openAi[property as keyof OpenAiFrontEndOptions];
    if (given === undefined || release.release >= since) return [];
    const reason = `openAi.${property} needs --${flag}, which the OpenAI front end of Triton has since ${since}, and not in ${release}; leave it out, or use a later tritonRelease`;
    return [fault('OPENAI_OPTION_NOT_IN_RELEASE', `openAi.${property}`, reason)];
  });
}

/** Settings of a server that its API for Python, by which the front end starts it, has no or no working place for. */
function settingFaults(props: TritonDeploymentProps): Fault[] {
  const { responseCache, rateLimitResources, modelConfiguration } = props;
  return Object.entries({ responseCache, rateLimitResources, modelConfiguration })
    .filter(([, value]) => value !== undefined)
    .map(([property]) => lacking(property, property));
}

function lacking(property: string, what: string): Fault {
  const reason = `${what} cannot be given to a server that the OpenAI front end starts; leave it out, or serve the model by a deployment without openAi`;
  return fault('OPENAI_FRONT_END_LACKS_SETTING', property, reason);
}

/** All other flags of the front end are told by properties, and those of `tritonserver` are none of it. */
function logArgumentFaults(extraArguments: readonly string[]): Fault[] {
  const unknown = knownListFaults('extraArguments', extraArguments, 'each is compared with the flags of the front end');
  if (unknown.length > 0) return unknown;
  const names = FRONT_END_LOG_FLAGS.map((flag) => `--${flag}`);
  return extraArguments.flatMap((argument, i) => {
    if (typeof argument === 'string' && names.includes(argument.split('=')[0])) return [];
    const before = extraArguments[i - 1];
    const isValue = typeof argument === 'string' && !argument.startsWith('-') && names.includes(before);
    if (isValue) return [];
    const reason =
      `extraArguments of a server with openAi may be ${names.join(' and ')}, because the OpenAI front end does not take the flags of tritonserver, ` +
      `and its others are properties; got ${givenValue(argument)}; remove it`;
    return [fault('RESERVED', `extraArguments[${i}]`, reason)];
  });
}

/**
 * What keeps models from being served by a front end; nothing where there is none.
 *
 * @internal
 */
export function frontEndModelFaults(
  { openAi }: TritonDeploymentProps,
  release: TritonRelease,
  models: readonly ModelDefinition[],
): Fault[] {
  if (openAi === undefined) return [];
  const language = models.filter(({ backend }) => backend === 'vllm');
  return allOf(
    () => (language.length === 1 ? [] : [countFault(models, language)]),
    () => models.flatMap((model, i) => modelFaults(model, `models[${i}]`, release)),
  );
}

function countFault(models: readonly ModelDefinition[], language: readonly ModelDefinition[]): Fault {
  const names = language.map(({ name }) => `'${name}'`).join(', ');
  const backends = [...new Set(models.map(({ backend }) => backend))].sort().join(', ') || 'none';
  const reason =
    language.length > 1
      ? `the OpenAI front end has one tokenizer for all language models of a server; got ${names}; make a deployment for each`
      : `the OpenAI front end serves language models on vLLM: the tensors that it gives others are not those of TritonModel.tensorRtLlm, ` +
        `tensorRtLlmEngine or models of tensors; got models on: ${backends}; add a TritonModel.vllm, or remove openAi`;
  return fault('OPENAI_NEEDS_ONE_LANGUAGE_MODEL', 'models', reason);
}

function modelFaults({ name, settings, props }: ModelDefinition, at: string, release: TritonRelease): Fault[] {
  const { loraAdapters = [] } = props as { readonly loraAdapters?: readonly unknown[] };
  const { flag, since } = FRONT_END_FLAGS.loraAdapters;
  return allOf(
    () => (settings?.responseCache ? [lacking(`${at}.responseCache`, `responseCache of model '${name}'`)] : []),
    () => (settings?.rateLimit ? [lacking(`${at}.rateLimit`, `rateLimit of model '${name}'`)] : []),
    () =>
      loraAdapters.length > 0 && release.release < since
        ? [
            fault(
              'OPENAI_OPTION_NOT_IN_RELEASE',
              `${at}.loraAdapters`,
              `adapters of model '${name}' cannot be called by requests to the OpenAI front end, which has --${flag} since ${since}, and not in ` +
                `${release}; use a later tritonRelease, or remove openAi`,
            ),
          ]
        : [],
  );
}

/**
 * Advice about a front end; nothing where there is none.
 *
 * @internal
 */
export function frontEndWarnings({ openAi }: TritonDeploymentProps, models: readonly ModelDefinition[]): Fault[] {
  if (openAi === undefined) return [];
  return allOf(
    () =>
      openAi.tensorApi === undefined
        ? [
            fault(
              'TENSOR_API_WITHOUT_KEY',
              'openAi.tensorApi',
              'beside the OpenAI front end, whose requests need a key, the tensor API answers everybody that the network policy lets in without one, ' +
                'lets them change what is logged, and may be ended by a request about shared memory; set openAi.tensorApi to TensorApiAccess.POD, ' +
                'which keeps it to the probes, or to TensorApiAccess.CALLERS if that is meant',
            ),
          ]
        : [],
    () =>
      models
        .filter(({ props }) => (props as { readonly trustRemoteCode?: boolean }).trustRemoteCode)
        .map(({ name }) =>
          fault(
            'TOKENIZER_CODE_NOT_RUN',
            'models',
            `model '${name}' has trustRemoteCode, but the OpenAI front end runs no code of a tokenizer and does not start if the tokenizer has some; ` +
              'check tokenizer_config.json for auto_map, or serve the model by VllmDeployment',
          ),
        ),
  );
}
