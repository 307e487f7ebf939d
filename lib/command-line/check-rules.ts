import { Metric } from '../catalog/metric';
import { MetricExporter, MetricFeature } from '../catalog/metric-kind';
import { unknownNameFault } from '../catalog/near-names';
import { ContractRule, ruleFaults } from '../metrics/contract/rule-contract';
import { ScrapedTarget } from '../metrics/contract/scraped-target';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Arguments } from './arguments';
import { yamlDocuments } from './yaml-documents';

const FORM = 'JOB=EXPORTER@VERSION, for example chat=vllm@0.24.0 or chat=triton+triton-vllm@26.02+histogram_latencies';

/** A rule, and where it stands. */
interface PlacedRule extends ContractRule {
  readonly place: string;
}

/**
 * The `check-rules` command: whether rules of Prometheus can be right of what workloads expose.
 *
 * @param args the arguments
 * @param readFile the text of a file
 * @returns what is printed, and whether nothing is wrong
 * @throws UnscopedValidationError with everything that is wrong with the arguments
 *
 * @internal
 */
export function checkRules(
  args: Arguments,
  readFile: (path: string) => string,
): { readonly output: string; readonly isRight: boolean } {
  const interval = args.number('interval') ?? 15;
  if (!(interval > 0)) {
    args.faults.push(fault('OUT_OF_RANGE', '--interval', `--interval must be above 0 s; got ${givenValue(interval)}`));
  }
  const paths = args.all('rules');
  if (paths.length === 0 && !args.faults.some(({ property }) => property === '--rules')) {
    const reason = 'give files with rules, for example gpu-inference check-rules rules.yml --targets chat=vllm@0.24.0';
    args.faults.push(fault('MISSING_PROPERTY', '--rules', reason));
  }
  const targets = targetsOf(args);
  const rules = paths.flatMap((path) => args.attempt('--rules', () => rulesOf(path, readFile)) ?? []);
  args.throwIfFaulty();
  const found = ruleFaults(
    rules.map(({ place, ...rule }) => ({ ...rule, ...(rule.record ? {} : { alert: rule.alert ?? place }) })),
    targets,
    interval,
  );
  if (args.has('json')) return { output: JSON.stringify(found, undefined, 2), isRight: found.length === 0 };
  const [files, count] = [paths.length === 1 ? paths[0] : `${paths.length} files`, `${rules.length} rules`];
  if (found.length === 0) return { output: `${files}: ${count}, nothing is wrong`, isRight: true };
  const lines = found.map(({ id, reason }) => `- ${reason} [${id}]`);
  return { output: [`${files}: ${count}, ${found.length} faults`, '', ...lines].join('\n'), isRight: false };
}

function targetsOf(args: Arguments): ScrapedTarget[] {
  const given = args.all('targets').flatMap((text) => text.split(','));
  if (given.length === 0 && !args.faults.some(({ property }) => property === '--targets')) {
    args.faults.push(fault('MISSING_PROPERTY', '--targets', `give --targets, what is scraped: ${FORM}`));
  }
  const targets = given.flatMap((text) => args.attempt('--targets', () => targetOf(text.trim())) ?? []);
  const names = targets.map(({ jobName }) => jobName);
  for (const name of new Set(names.filter((one, i) => names.indexOf(one) !== i))) {
    args.faults.push(
      fault('DUPLICATE', '--targets', `--targets names the job '${name}' twice; name all of its exporters at once`),
    );
  }
  return targets;
}

function targetOf(text: string): ScrapedTarget {
  const [, jobName, exporters, version, features] = /^([^=@]+)=([^=@]+)@([0-9][^+@]*)((?:\+[^+@]+)*)$/.exec(text) ?? [];
  if (jobName === undefined) {
    throw new UnscopedValidationError([
      fault('INVALID_FORMAT', undefined, `--targets takes ${FORM}; got ${givenValue(text)}`),
    ]);
  }
  const faults: Fault[] = [];
  const known = <T extends string>(what: string, values: readonly T[], names: readonly string[]): T[] =>
    names.filter((name): name is T => {
      const has = (values as readonly string[]).includes(name);
      if (!has) faults.push(unknownNameFault(what, name, values, `one of ${values.join(', ')}`));
      return has;
    });
  const target = {
    jobName,
    exporters: known('exporter', EXPORTERS, exporters.split('+')),
    version,
    features: known('feature', Object.values(MetricFeature), features.split('+').filter(Boolean)),
  };
  if (faults.length > 0) throw new UnscopedValidationError(faults);
  return target;
}

/** Exporters that have metrics. */
const EXPORTERS = [...new Set(Metric.ALL.map(({ exporter }) => exporter))] as MetricExporter[];

/** The rules of a file: Prometheus' own, or a `PrometheusRule` of its operator, in YAML or JSON. */
function rulesOf(path: string, readFile: (path: string) => string): PlacedRule[] {
  const refuse = (reason: string): never => {
    throw new UnscopedValidationError([fault('NOT_RULES', '--rules', `${path}: ${reason}`)]);
  };
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const reason = `--rules ${path} cannot be read: ${(error as Error).message}`;
    throw new UnscopedValidationError([fault('FILE_UNREADABLE', '--rules', reason)]);
  }
  const { values, errors } = yamlDocuments(text);
  if (errors.length > 0) return refuse(`it is not YAML: ${errors.join('; ')}`);
  const rules = values.flatMap(groupsOf).flatMap(groupRules);
  return rules.length > 0
    ? rules
    : refuse("it has no rules; they stand in 'groups', or in 'spec.groups' of a PrometheusRule");
}

type Json = { readonly [key: string]: unknown };

function groupsOf(document: unknown): unknown[] {
  const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
  if (Array.isArray(at(document, 'items'))) return (at(document, 'items') as unknown[]).flatMap(groupsOf);
  const groups = at(document, 'groups') ?? at(at(document, 'spec'), 'groups');
  return Array.isArray(groups) ? (groups as unknown[]) : [];
}

function groupRules(group: unknown): PlacedRule[] {
  const rules = isObject(group) && Array.isArray(group.rules) ? (group.rules as unknown[]) : [];
  return rules.flatMap((rule, i): PlacedRule[] => {
    if (!isObject(rule)) return [];
    const { record, alert, expr, labels } = rule;
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return [
      {
        place: `${i + 1} of group '${String((group as Json).name)}'`,
        record: text(record),
        alert: text(alert),
        expr: typeof expr === 'number' ? String(expr) : (text(expr) ?? ''),
        labels: isObject(labels)
          ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
          : undefined,
      },
    ];
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
