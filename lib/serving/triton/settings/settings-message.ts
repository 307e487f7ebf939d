import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { EnumName, TextMessage } from '../protobuf-text';
import { InstanceSettings, ModelSettings } from './model-settings';
import { rateLimitFaults } from './rate-limit-message';
import { ModelInstances } from '../model-instances';
import { sequenceBatchingFaults } from './sequence-batching-message';
import { StoredFiles } from './stored-files';
import { WarmedModel, warmUpFaults } from './warm-up-message';

/**
 * What the checks of settings must know of a model.
 *
 * @internal
 */
export interface ConfiguredModel {
  /** Whether a request may have any number of answers. */
  readonly streams: boolean;
  /** Names of parameters that other properties set. */
  readonly ownParameters: readonly string[];
}

/** @internal */
export function settingsFaults(
  { responseCache, metricTags = {}, parameters = {} }: ModelSettings,
  { streams, ownParameters }: ConfiguredModel,
): Fault[] {
  return allOf(
    () =>
      responseCache && streams
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'responseCache',
              'responseCache is for models that answer a request once, but this one streams its answers; remove responseCache',
            ),
          ]
        : [],
    // Triton puts `_` before it, and the library of its metrics ends the whole server over a name that Prometheus does not take.
    () =>
      Object.keys(metricTags)
        .filter((name) => !/^[A-Za-z0-9][A-Za-z0-9_]*$/.test(name))
        .map((name) =>
          fault(
            'INVALID_NAME',
            `metricTags[${name}]`,
            `names of metricTags must be letters, digits and '_', starting with a letter or digit; got '${name}'`,
          ),
        ),
    () =>
      Object.keys(parameters).flatMap((key) => {
        const at = `parameters[${key}]`;
        if (key === '') return [fault('INVALID_NAME', 'parameters', 'names of parameters must not be empty')];
        return ownParameters.includes(key)
          ? [
              fault(
                'RESERVED',
                at,
                `parameters must not set ${key}, which other properties of the model decide; remove it`,
              ),
            ]
          : [];
      }),
  );
}

/** @internal */
export function instanceSettingsFaults(
  settings: InstanceSettings & WarmedModel & { readonly dynamicBatching?: object },
  model: ConfiguredModel,
  files: StoredFiles,
  instances: ModelInstances,
): Fault[] {
  const { sequenceBatching, warmUp, rateLimit, responseCache, dynamicBatching, maxBatchSize } = settings;
  return allOf(
    () => settingsFaults(settings, model),
    () =>
      sequenceBatching && dynamicBatching
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'sequenceBatching',
              'sequenceBatching takes the place of dynamicBatching; remove one of them',
            ),
          ]
        : [],
    () =>
      sequenceBatching && responseCache
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'responseCache',
              'responseCache is not for sequences, whose answers depend on earlier requests; remove responseCache or sequenceBatching',
            ),
          ]
        : [],
    () =>
      sequenceBatching
        ? sequenceBatchingFaults(sequenceBatching, maxBatchSize, files, { inputs: settings.inputs, instances })
        : [],
    () => (warmUp ? warmUpFaults(warmUp, settings, files) : []),
    () => (rateLimit ? rateLimitFaults(rateLimit) : []),
  );
}

/**
 * Settings whose fields stand at the end of a configuration.
 *
 * @internal
 */
export function settingsMessage({ responseCache, metricTags = {} }: ModelSettings): TextMessage {
  const tags = Object.keys(metricTags).sort();
  return {
    metric_tags: tags.map((key) => ({ key, value: metricTags[key] })),
    response_cache: responseCache ? { enable: true } : undefined,
  };
}

/**
 * The fields of `optimization`: those of the backend, and those of every model.
 *
 * @internal
 */
export function executionMessage(
  settings: InstanceSettings,
  ofBackend: TextMessage | undefined,
): TextMessage | undefined {
  const { priority, pinnedInputs, pinnedOutputs, eagerBatching } = settings;
  const message = {
    priority: priority && new EnumName(priority),
    input_pinned_memory: pinnedInputs === undefined ? undefined : { enable: pinnedInputs },
    output_pinned_memory: pinnedOutputs === undefined ? undefined : { enable: pinnedOutputs },
    eager_batching: eagerBatching,
  };
  const isSaid = Object.values(message).some((value) => value !== undefined);
  return ofBackend || isSaid ? { ...ofBackend, ...message } : undefined;
}

/** @internal */
export function configurationNameFault(name: string): Fault {
  return fault(
    'INVALID_NAME',
    `configurations[${name}]`,
    `names of configurations must be plain file names of letters, digits, '.', '_' and '-'; got '${name}'`,
  );
}
