import { unknownNameFault } from '../../../catalog/near-names';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { literalSecretFaults } from '../../../units/literal-secrets';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { MAX_INT32 } from '../protobuf-text';
import { InstanceSettings } from './model-settings';
import { AvailableResource } from './rate-limit';
import { LimitedModel, rateLimitArguments, serverLimitFaults } from './rate-limit-message';
import { ResponseCache } from './response-cache';

/**
 * What the settings of models need of their server, and how it loads them.
 */
export interface TritonServerSettings {
  /**
   * Where answers of models with `responseCache` are kept.
   * @default - 256 MiB of the server's memory where a model has `responseCache`, else no cache
   */
  readonly responseCache?: ResponseCache;
  /** How many of a resource a server has that models ask for by `rateLimit`. @default - as many as the hungriest instance needs */
  readonly rateLimitResources?: AvailableResource[];
  /**
   * Which of the `configurations` of the models is that of the hardware; models that have none of this name are as they say.
   * @default - none
   */
  readonly modelConfiguration?: string;
  /** Models that are loaded at the same time. @default 4, by Triton */
  readonly modelLoadThreads?: number;
  /** How often a model is loaded again after it failed, before the server gives up. @default 0 */
  readonly modelLoadRetries?: number;
}

/**
 * A model with its settings.
 *
 * @internal
 */
export interface SetModel {
  readonly name: string;
  /** @default - it has none */
  readonly settings?: InstanceSettings;
  /** @default - it has none */
  readonly configurations?: readonly string[];
}

/** A model that asks for the cache by itself needs one; this much holds thousands of answers of a classifier. */
const DEFAULT_CACHE = ResponseCache.local(DataSize.mib(256));

/** Triton's cache takes no smaller buffer, for its own records (local_cache README, "size"). */
const LEAST_CACHE = DataSize.mib(1);

/**
 * The cache of a server; undefined where it has none.
 *
 * @internal
 */
export function cacheOf(
  { responseCache }: TritonServerSettings,
  models: readonly SetModel[],
): ResponseCache | undefined {
  return responseCache ?? (models.some(({ settings }) => settings?.responseCache) ? DEFAULT_CACHE : undefined);
}

function limited(models: readonly SetModel[]): LimitedModel[] {
  return models.flatMap(({ name, settings }) => (settings?.rateLimit ? [{ name, rateLimit: settings.rateLimit }] : []));
}

/** @internal */
export function serverSettingsFaults(server: TritonServerSettings, models: readonly SetModel[]): Fault[] {
  const { responseCache, rateLimitResources = [] } = server;
  return allOf(
    () => wholeNumberFault('modelLoadThreads', server.modelLoadThreads, 1, MAX_INT32),
    () => wholeNumberFault('modelLoadRetries', server.modelLoadRetries, 0, MAX_INT32),
    () => (responseCache ? cacheFaults(responseCache) : []),
    () => configurationFaults(server, models),
    () => serverLimitFaults(limited(models), rateLimitResources),
  );
}

function configurationFaults({ modelConfiguration }: TritonServerSettings, models: readonly SetModel[]): Fault[] {
  const known = [...new Set(models.flatMap(({ configurations = [] }) => configurations))].sort();
  if (modelConfiguration === undefined || known.includes(modelConfiguration)) return [];
  return [
    unknownNameFault(
      'model configuration',
      modelConfiguration,
      known,
      known.length > 0 ? `known: ${known.join(', ')}` : 'no model has configurations',
      'modelConfiguration',
    ),
  ];
}

function cacheFaults({ name, settings, memory }: ResponseCache): Fault[] {
  if (!/^[A-Za-z0-9_]+$/.test(name)) {
    const reason = `the name of a cache must be letters, digits and '_'; got '${name}'`;
    return [fault('INVALID_NAME', 'responseCache', reason)];
  }
  const wrong = Object.entries(settings).find(([key, value]) => !/^[A-Za-z0-9_-]+$/.test(key) || value === '');
  if (wrong) {
    const reason = `settings of a cache must have a name of letters, digits, '_' and '-', and a value; got '${wrong.join('=')}'`;
    return [fault('INVALID_FORMAT', 'responseCache', reason)];
  }
  const secrets = literalSecretFaults(
    'responseCache.settings',
    settings,
    (key) =>
      `leave it out, and give the server a variable from a Kubernetes secret: secretEnvironment: { TRITONCACHE_${name.toUpperCase()}_` +
      `${key.toUpperCase()}: { name: 'cache', key: '${key}' } }`,
  );
  if (secrets.length > 0) return secrets;
  if (name !== 'local' || !LEAST_CACHE.exceeds(memory)) return [];
  return [fault('OUT_OF_RANGE', 'responseCache', `a response cache must have at least ${LEAST_CACHE}; got ${memory}`)];
}

/**
 * Advice about what the settings of models mean for their servers.
 *
 * @internal
 */
export function serverSettingsWarnings(
  server: TritonServerSettings,
  models: readonly SetModel[],
  replicas: number,
): Fault[] {
  const sequential = models.filter(({ settings }) => settings?.sequenceBatching).map(({ name }) => `'${name}'`);
  return allOf(
    () =>
      server.responseCache && !models.some(({ settings }) => settings?.responseCache)
        ? [
            fault(
              'RESPONSE_CACHE_UNUSED',
              'responseCache',
              'the server has a response cache, but no model uses it; set responseCache of a model to true, or remove the cache',
            ),
          ]
        : [],
    () =>
      sequential.length > 0 && replicas > 1
        ? [
            fault(
              'SEQUENCES_OVER_REPLICAS',
              'replicas',
              `requests of one sequence of ${sequential.join(', ')} must reach the same server, but there are ${replicas} behind one service; send ` +
                'each sequence over one connection, or set replicas to 1',
            ),
          ]
        : [],
  );
}

/**
 * Flags of the server.
 *
 * @internal
 */
export function serverSettingsArguments(server: TritonServerSettings, models: readonly SetModel[]): string[] {
  const cache = cacheOf(server, models);
  const { modelLoadThreads, modelLoadRetries } = server;
  return [
    ...Object.entries(cache?.settings ?? {}).map(([key, value]) => `--cache-config=${cache?.name},${key}=${value}`),
    ...rateLimitArguments(limited(models), server.rateLimitResources ?? []),
    ...(server.modelConfiguration === undefined ? [] : [`--model-config-name=${server.modelConfiguration}`]),
    ...(modelLoadThreads === undefined ? [] : [`--model-load-thread-count=${modelLoadThreads}`]),
    ...(modelLoadRetries === undefined ? [] : [`--model-load-retry-count=${modelLoadRetries}`]),
  ];
}
