import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { flagFault } from '../../units/kind-faults';
import { literalSecret } from '../../units/literal-secrets';
import { editDistance, nearNames } from '../../units/near-names';
import { allOf } from '../../units/unreadable';
import { GpuOperator } from './gpu-operator';
import { OPERATOR_PART_NAMES, OPERATOR_VALUE_NAMES } from './operator-value-names';

/** Letters that differ in a name that was misspelt. */
const MOST_TYPOS = 2;

/** Where the values are given. */
const AT = 'gpuOperator.values';

/**
 * The faults of values of the operator's chart by themselves: names that it would pass over without a word, switches that are text, and secrets.
 *
 * @internal
 */
export function operatorShapeFaults({ values }: GpuOperator): Fault[] {
  const parts = entriesOf(values);
  return allOf(
    () => nameFaults(AT, Object.keys(values), OPERATOR_VALUE_NAMES),
    () =>
      parts.flatMap(([part, value]) =>
        Object.hasOwn(OPERATOR_PART_NAMES, part)
          ? nameFaults(`${AT}.${part}`, Object.keys(mapOf(value)), OPERATOR_PART_NAMES[part])
          : [],
      ),
    () => parts.flatMap(([part, value]) => switchFaults(`${AT}.${part}`, mapOf(value).enabled)),
    () => secretFaults(AT, values),
  );
}

/** Names that are nearly one of the chart's. Others may be of a version that is not known here. */
function nameFaults(at: string, given: readonly string[], known: readonly string[]): Fault[] {
  return given
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const [near] = nearNames(name, known, 1);
      if (editDistance(name.toLowerCase(), near.toLowerCase()) > MOST_TYPOS || name.length <= MOST_TYPOS + 1) return [];
      const reason = `the chart of the GPU operator would pass over ${at}.${name} without a word, because it knows none; nearest: '${near}'`;
      return [fault('UNKNOWN_VALUE', `${at}.${name}`, reason)];
    });
}

/** Any text is true where the chart asks for it, and refused where its resource is made. */
function switchFaults(at: string, given: unknown): Fault[] {
  return typeof given === 'string' && !hasToken(given) ? flagFault(`${at}.enabled`, given) : [];
}

/** Secrets by the names of their values, or of variables in lists. */
function secretFaults(at: string, value: unknown): Fault[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, i) => {
      const { name, value: text } = mapOf(each);
      const isVariable = typeof name === 'string' && typeof text === 'string';
      return isVariable ? secretFault(`${at}['${name}']`, name, text) : secretFaults(`${at}[${i}]`, each);
    });
  }
  if (typeof value !== 'object' || value === null) return [];
  return entriesOf(value).flatMap(([name, member]) => {
    // The keys of tolerations and of requirements are labels.
    const called = name === 'key' ? '' : name;
    return typeof member === 'string'
      ? secretFault(`${at}.${name}`, called, member)
      : secretFaults(`${at}.${name}`, member);
  });
}

function secretFault(at: string, name: string, text: string): Fault[] {
  const found = hasToken(text) ? undefined : literalSecret(name, text);
  if (found === undefined) return [];
  const reason =
    `${at} must not hold a secret, because it becomes part of the state and of the cluster; got ${found}; keep it in a Secret of the cluster, and ` +
    'name that where the chart takes one: driver.licensingConfig.secretName, driver.secretEnv, imagePullSecrets';
  return [fault('LITERAL_SECRET', at, reason)];
}

function entriesOf(value: object): [string, unknown][] {
  return hasToken(value) ? [] : Object.entries(value);
}

function mapOf(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { [key: string]: unknown })
    : {};
}
