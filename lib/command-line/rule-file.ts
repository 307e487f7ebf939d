import { ContractRule } from '../metrics/contract/rule-contract';
import { isDuration } from '../metrics/promql/literals';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { yamlDocuments } from '../units/yaml-documents';

type Json = { readonly [key: string]: unknown };

/** Keys of a group, and of a rule: Prometheus refuses a file with any other. */
const GROUP_KEYS = ['name', 'interval', 'query_offset', 'limit', 'labels', 'rules', 'partial_response_strategy'];
const RULE_KEYS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];

/**
 * The rules of a file.
 *
 * @internal
 */
export interface RuleFile {
  readonly rules: readonly ContractRule[];
  /** For what Prometheus would refuse the file as a whole. */
  readonly faults: readonly Fault[];
}

/**
 * Reads the rules of a file: Prometheus' own, `PrometheusRule` objects of its operator, or ConfigMaps of either, in YAML or JSON.
 *
 * @param path the file
 * @param readFile the text of a file
 * @throws UnscopedValidationError when it cannot be read, or has no rules
 *
 * @internal
 */
export function ruleFile(path: string, readFile: (path: string) => string): RuleFile {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const reason = `--rules ${path} cannot be read: ${(error as Error).message}`;
    throw new UnscopedValidationError([fault('FILE_UNREADABLE', '--rules', reason)]);
  }
  const refuse = (reason: string): never => {
    throw new UnscopedValidationError([fault('NOT_RULES', '--rules', `${path}: ${reason}`)]);
  };
  if (/\{\{-?\s*\.(?:Values|Release|Chart|Files)\b/.test(text)) {
    return refuse('it has templates of Helm; render it first, e.g. by helm template');
  }
  const { values, errors } = yamlDocuments(text);
  if (errors.length > 0) return refuse(`it is not YAML: ${errors.join('; ')}`);
  const faults: Fault[] = [];
  const wrong = (reason: string) => faults.push(fault('RULE_INVALID', undefined, `${path}: ${reason}`));
  const rules = values.flatMap((document) => documentRules(document, wrong));
  if (rules.length === 0 && faults.length === 0) {
    return refuse("it has no rules; they stand in 'groups', or in 'spec.groups' of a PrometheusRule");
  }
  return { rules, faults };
}

function documentRules(document: unknown, wrong: (reason: string) => void): ContractRule[] {
  if (!isObject(document)) return [];
  if (Array.isArray(document.items)) return document.items.flatMap((item) => documentRules(item, wrong));
  const { groups = isObject(document.spec) ? document.spec.groups : undefined } = document;
  if (groups !== undefined) return groupsRules(groups, wrong);
  if (document.kind !== 'ConfigMap' || !isObject(document.data)) return [];
  const texts = Object.values(document.data).filter((text): text is string => typeof text === 'string');
  return texts
    .filter((text) => /^groups:/m.test(text))
    .flatMap((text) => {
      const { values, errors } = yamlDocuments(text);
      errors.forEach(wrong);
      return values.flatMap((inner) => documentRules(inner, wrong));
    });
}

function groupsRules(groups: unknown, wrong: (reason: string) => void): ContractRule[] {
  if (!Array.isArray(groups)) {
    wrong(`groups must be a list; got ${givenValue(groups)}`);
    return [];
  }
  const names = groups.map((group) => (isObject(group) ? group.name : undefined));
  for (const name of new Set(names.filter((one, i) => one !== undefined && names.indexOf(one) !== i))) {
    wrong(`two groups have the name ${givenValue(name)}; give each its own`);
  }
  return groups.flatMap((group: unknown, index) => {
    if (!isObject(group)) return (wrong(`a group must be an object; got ${givenValue(group)}`), []);
    const { name, limit, rules } = group;
    const isNamed = name !== undefined && name !== null && name !== '';
    const where = isNamed ? `group ${givenValue(name)}` : `group ${index + 1}`;
    if (!isNamed) wrong(`${where} has no name; give it one that no other has`);
    unknownKeys(group, GROUP_KEYS, where, wrong);
    for (const key of ['interval', 'query_offset']) {
      const value = group[key];
      if (value !== undefined && !(typeof value === 'string' && isDuration(value))) {
        wrong(`${key} of ${where} must be a duration such as 30s; got ${givenValue(value)}`);
      }
    }
    if (limit !== undefined && !Number.isInteger(limit)) {
      wrong(`limit of ${where} must be a whole number; got ${givenValue(limit)}`);
    }
    texts(group.labels, `labels of ${where}`, wrong);
    if (rules === undefined || rules === null) return [];
    if (!Array.isArray(rules)) return (wrong(`rules of ${where} must be a list; got ${givenValue(rules)}`), []);
    return rules.flatMap((rule: unknown, i) => oneRule(rule, `rule ${i + 1} of ${where}`, wrong));
  });
}

function oneRule(rule: unknown, where: string, wrong: (reason: string) => void): ContractRule[] {
  if (!isObject(rule)) return (wrong(`${where} must be an object; got ${givenValue(rule)}`), []);
  unknownKeys(rule, RULE_KEYS, where, wrong);
  const { record, alert, expr } = rule;
  const labels = texts(rule.labels, `labels of ${where}`, wrong);
  const annotations = texts(rule.annotations, `annotations of ${where}`, wrong);
  const named = [record, alert].filter((name) => name !== undefined && name !== '');
  if (named.length === 0) wrong(`${where} has neither a record nor an alert; give it one`);
  if (expr === undefined || expr === null || expr === '') {
    wrong(`${where} has no expr; give it one`);
    return [];
  }
  const text = (value: unknown) => (value === undefined || value === '' ? undefined : String(value));
  return [
    {
      record: text(record),
      alert: text(alert) ?? (record === undefined ? where.replace(/^rule /, '') : undefined),
      expr: String(expr),
      for: text(rule.for),
      keepFiringFor: text(rule.keep_firing_for),
      labels,
      annotations,
    },
  ];
}

/** Names with texts. Scalars of YAML are taken as texts, lists and maps are refused. */
function texts(value: unknown, what: string, wrong: (reason: string) => void): { [name: string]: string } | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return void wrong(`${what} must be names with texts; got ${givenValue(value)}`);
  const all = Object.entries(value);
  for (const [name, one] of all.filter(([, one]) => typeof one === 'object' && one !== null)) {
    wrong(`'${name}' of ${what} must be a text; got ${givenValue(one)}`);
  }
  return Object.fromEntries(all.map(([name, one]) => [name, typeof one === 'object' ? '' : String(one)]));
}

function unknownKeys(of: Json, known: readonly string[], where: string, wrong: (reason: string) => void): void {
  for (const key of Object.keys(of)) {
    if (!known.includes(key))
      wrong(`${where} has the key '${key}', which Prometheus does not know; it knows ${known.join(', ')}`);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
