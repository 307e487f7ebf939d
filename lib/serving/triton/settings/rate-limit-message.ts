import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { MAX_INT32, TextMessage } from '../protobuf-text';
import { AvailableResource, RateLimit, RateLimitResource } from './rate-limit';

/** @internal */
export function rateLimitFaults({ resources = [], priority }: RateLimit): Fault[] {
  return faultsUnder(
    allOf(
      () => wholeNumberFault('priority', priority, 1, MAX_INT32),
      () =>
        duplicateFaults(
          'resources',
          resources.map(({ name }) => name),
        ),
      () => resources.flatMap((resource, index) => resourceFaults(resource, `resources[${index}]`)),
    ),
    'rateLimit',
  );
}

/** The flag that says how many there are separates name, number and device by `:`. */
function resourceFaults({ name, count }: { readonly name: string; readonly count: number }, at: string): Fault[] {
  return allOf(
    () =>
      /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)
        ? []
        : [fault('INVALID_NAME', `${at}.name`, `${at}.name must be letters, digits, '_', '.' and '-'; got '${name}'`)],
    () => wholeNumberFault(`${at}.count`, count, 1, MAX_INT32),
  );
}

/** @internal */
export function rateLimitMessage({ resources = [], priority }: RateLimit): TextMessage {
  return {
    resources: resources.map(({ name, count, global }) => ({ name, global: global ? true : undefined, count })),
    priority,
  };
}

/**
 * A model with the resources that it asks for.
 *
 * @internal
 */
export interface LimitedModel {
  readonly name: string;
  readonly rateLimit: RateLimit;
}

/**
 * The faults of rate limits between models and of what a server has (core src/rate_limiter.cc, ValidateMaxResources and
 * ParseAndValidateExplicitResources).
 *
 * @internal
 */
export function serverLimitFaults(models: readonly LimitedModel[], available: readonly AvailableResource[]): Fault[] {
  const asked = models.flatMap(({ name, rateLimit: { resources = [] } }) =>
    resources.map((resource) => ({ model: name, resource })),
  );
  return allOf(
    () => scopeFaults(asked),
    () =>
      duplicateFaults(
        'rateLimitResources',
        available.map(({ name, gpu }) => (gpu === undefined ? name : `${name} of GPU ${gpu}`)),
      ),
    () =>
      available.flatMap((given, index) => {
        const at = `rateLimitResources[${index}]`;
        return allOf(
          () => resourceFaults(given, at),
          () => wholeNumberFault(`${at}.gpu`, given.gpu, 0, MAX_INT32),
          () => amountFaults(given, at, asked),
        );
      }),
  );
}

interface AskedResource {
  readonly model: string;
  readonly resource: RateLimitResource;
}

function scopeFaults(asked: readonly AskedResource[]): Fault[] {
  const names = [...new Set(asked.map(({ resource }) => resource.name))];
  return names.flatMap((name) => {
    const same = asked.filter(({ resource }) => resource.name === name);
    const shared = same.find(({ resource }) => resource.global);
    const own = same.find(({ resource }) => !resource.global);
    if (!shared || !own) return [];
    return [
      fault(
        'CONFLICTING_PROPERTIES',
        'models',
        `resource '${name}' must be global for all models or for none, but it is global for '${shared.model}' and not for '${own.model}'`,
      ),
    ];
  });
}

function amountFaults({ name, count }: AvailableResource, at: string, asked: readonly AskedResource[]): Fault[] {
  const same = asked.filter(({ resource }) => resource.name === name);
  if (same.length === 0) {
    const known = [...new Set(asked.map(({ resource }) => `'${resource.name}'`))].join(', ');
    const models = known === '' ? 'no model has a rateLimit with resources' : `models ask for ${known}`;
    return [fault('UNKNOWN_VALUE', `${at}.name`, `no model asks for resource '${name}'; ${models}`)];
  }
  const [{ model, resource }] = [...same].sort((a, b) => b.resource.count - a.resource.count);
  if (!(resource.count > count)) return [];
  return [
    fault(
      'OUT_OF_RANGE',
      `${at}.count`,
      `${at}.count must be at least ${resource.count}, which a request of model '${model}' needs of '${name}'; got ${count}`,
    ),
  ];
}

/**
 * Flags of the server for what its models ask for. Where any resource is given, the server has none of those that are not, so what no entry
 * names is added.
 *
 * @internal
 */
export function rateLimitArguments(models: readonly LimitedModel[], available: readonly AvailableResource[]): string[] {
  if (models.length === 0) return [];
  const needs = new Map<string, number>();
  for (const { rateLimit } of models) {
    for (const { name, count } of rateLimit.resources ?? []) needs.set(name, Math.max(count, needs.get(name) ?? 0));
  }
  const everywhere = available.filter(({ gpu }) => gpu === undefined).map(({ name }) => name);
  const rest = available.length === 0 ? [] : [...needs].filter(([name]) => !everywhere.includes(name)).sort();
  const entries = [
    ...available.map(({ name, count, gpu }) => [name, count, ...(gpu === undefined ? [] : [gpu])]),
    ...rest,
  ];
  return ['--rate-limit=execution_count', ...entries.map((parts) => `--rate-limit-resource=${parts.join(':')}`)];
}
