import { Metric } from '../catalog/metric';
import { MetricExporter, MetricFeature } from '../catalog/metric-kind';
import { unknownNameFault } from '../catalog/near-names';
import { ruleFaults } from '../metrics/contract/rule-contract';
import { OWN_LABELS, ScrapedTarget } from '../metrics/contract/scraped-target';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Arguments } from './arguments';
import { ruleFile } from './rule-file';

/** Option that says whose scrape it is. */
const OWN_SCRAPE = 'scraped-by-monitoring-stack';
const FORM = 'JOB=EXPORTER@VERSION, for example chat=vllm@0.24.0 or chat=triton+triton-vllm@26.02+histogram_latencies';

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
  const extraLabels = args.all('labels').flatMap((text) => text.split(',').map((label) => label.trim()));
  const read = paths.flatMap((path) => args.attempt('--rules', () => ruleFile(path, readFile)) ?? []);
  args.throwIfFaulty();
  const rules = read.flatMap((file) => file.rules);
  const ownScrape = args.has(OWN_SCRAPE);
  const options = { scrapeIntervalSeconds: interval, extraLabels, ownScrape, anyOrder: true };
  const found = [...read.flatMap((file) => file.faults), ...ruleFaults(rules, targets, options)];
  if (args.has('json')) return { output: JSON.stringify(found, undefined, 2), isRight: found.length === 0 };
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const head = `${paths.length === 1 ? paths[0] : count(paths.length, 'file')}: ${count(rules.length, 'rule')}`;
  if (found.length === 0) return { output: `${head}, nothing is wrong`, isRight: true };
  const lines = found.map(({ id, reason }) => `- ${reason} [${id}]`);
  return {
    output: [`${head}, ${count(found.length, 'fault')}`, '', ...lines, ...labelHints(found, ownScrape)].join('\n'),
    isRight: false,
  };
}

/** Labels that many rules use are likely those of the user's own scrape, and those that a MonitoringStack adds may be of one. */
function labelHints(faults: readonly Fault[], ownScrape: boolean): string[] {
  const used = new Map<string, number>();
  for (const { id, reason } of faults) {
    const [, selected, grouped] = /has no label '([^']+)'|groups by '([^']+)'/.exec(reason) ?? [];
    const label = selected ?? grouped;
    if (id === 'METRIC_LABEL_UNKNOWN' && label) used.set(label, (used.get(label) ?? 0) + 1);
  }
  const quoted = (labels: readonly string[]) => labels.map((label) => `'${label}'`).join(', ');
  const often = [...used].filter(([, times]) => times >= 3).map(([label]) => label);
  const ours = ownScrape ? [] : [...used.keys()].filter((label) => OWN_LABELS.includes(label));
  const hints = [
    ...(ours.length > 0 ? [`if a MonitoringStack scrapes, which adds ${quoted(ours)}: --${OWN_SCRAPE}`] : []),
    ...(often.length > 0 ? [`if your scrape adds ${quoted(often)}: --labels ${often.join(',')}`] : []),
  ];
  return hints.length > 0 ? ['', ...hints] : [];
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
