import { execFileSync } from 'child_process';
import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { Fn, Token } from 'cdktf';
import { Metric } from '../../../lib/catalog/metric';
import { INHIBIT_RULES } from '../../../lib/monitoring/alerting/inhibit-rules';
import { PromqlExpression } from '../../../lib/metrics/promql/expression';
import { parsePromql } from '../../../lib/metrics/promql/parse';
import { faultsThrown, idsOf } from '../../support/faults';
import { monitor, onPath } from '../support';

const ROOT = path.join(__dirname, '..', '..', '..');
const read = (...parts: string[]) => readFileSync(path.join(ROOT, ...parts), 'utf8');

/** Names of alerts as the sources have them. */
const sources = readdirSync(path.join(ROOT, 'lib', 'monitoring'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read('lib', 'monitoring', file));
const WATCHDOG = 'Watchdog';
const alerts = [
  ...new Set([
    ...sources.flatMap((text) => [...text.matchAll(/\balert: '([A-Za-z]+)'/g)].map(([, name]) => name)),
    // By a constant, where others need the name too.
    ...sources.flatMap((text) =>
      [...text.matchAll(/\balert: ([A-Z][A-Z_]+),/g)].flatMap(([, constant]) =>
        [...text.matchAll(new RegExp(`\\bconst ${constant} = '([A-Za-z]+)'`, 'g'))].map(([, name]) => name),
      ),
    ),
    ...sources
      .filter((text) => /\balertRule\(/.test(text))
      .flatMap((text) => [...text.matchAll(/\bname: '([A-Z][A-Za-z]+)'/g)].map(([, name]) => name)),
    WATCHDOG,
  ]),
].sort();

const PAGES = path.join(ROOT, 'docs', 'alerts');
const pages = readdirSync(PAGES)
  .map((file) => path.basename(file, '.md'))
  .filter((name) => name !== 'README')
  .sort();

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp('```' + language + '\\n([^`]*)```', 'g'))].flatMap(([, lines]) =>
    lines.trim().split('\n'),
  );

const all = [...pages, 'README'].map((name) => [name, read('docs', 'alerts', `${name}.md`)] as const);

test('each alert has a page, and each page an alert', () => {
  expect(alerts.length).toBeGreaterThan(15);
  expect(pages).toEqual(alerts);
});

test('what holds alerts back, and what is held back, are alerts', () => {
  const matchers = INHIBIT_RULES.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]);
  const named = matchers.flatMap((matcher) => /^alertname\W+"(.*)"$/.exec(matcher)?.[1].split('|') ?? []);
  expect(named.length).toBeGreaterThan(5);
  expect(alerts).toEqual(expect.arrayContaining(named));
});

test('the list of alerts has each of them once', () => {
  const listed = [...read('docs', 'alerts', 'README.md').matchAll(/^\| \[(\w+)\]\(\1\.md\)/gm)].map(([, name]) => name);
  expect([...listed].sort()).toEqual(alerts);
});

test.each(pages)('%s says what it means, how to see it, what to do and how to silence it', (name) => {
  const text = read('docs', 'alerts', `${name}.md`);
  expect(text.startsWith(`# ${name}\n`)).toBe(true);
  const heads = [...text.matchAll(/^## (.*)$/gm)].map(([, head]) => head);
  expect(heads).toEqual(['What it means', 'How to see it', 'What to do', 'How to silence it']);
  expect(blocks(text, 'promql').length).toBeGreaterThan(0);
  expect(text).toMatch(/^1\. /m);
  for (const [, link] of text.matchAll(/\]\((\w+)\.md\)/g)) expect(pages).toContain(link);
});

function metricsOf(expression: PromqlExpression): string[] {
  if (expression.kind === 'selector') return [expression.name];
  const parts = Object.values(expression).flat() as unknown[];
  const inner = parts.filter(
    (part): part is PromqlExpression => typeof part === 'object' && part !== null && 'kind' in part,
  );
  return inner.flatMap(metricsOf);
}

test('queries are PromQL, of metrics that exporters or rules have', () => {
  const recorded = sources.flatMap((text) => [...text.matchAll(/\b(inference_[a-z0-9_]+)/g)].map(([, name]) => name));
  const known = new Set([...Metric.ALL.flatMap(({ seriesNames }) => seriesNames), ...recorded, 'up', 'ALERTS']);
  const queries = all.flatMap(([name, text]) => blocks(text, 'promql').map((query) => [name, query] as const));
  const wrong = queries.flatMap(([name, query]) => {
    const metrics = metricsOf(parsePromql(query));
    return metrics
      .filter((metric) => !known.has(metric.replace(/_rate\d+[mhd]$/, '_rate')))
      .map((metric) => `${name}: ${metric}`);
  });
  expect(wrong).toEqual([]);
  expect(metricsOf(parsePromql('sum by (x) (rate(a_total[5m])) / on (x) (b > 0)'))).toEqual(['a_total', 'b']);
  expect(() => parsePromql('sum by (x (up)')).toThrow();
});

/** What a program says of itself: for each of its commands the flags that it takes. */
function help(program: string, words: readonly string[]): string {
  const ask = (args: readonly string[]) => {
    try {
      return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return `${stdout}${stderr}`;
    }
  };
  return program.endsWith('kubectl') ? ask([...words, '--help']) + ask(['options']) : ask([...words, '--help']);
}

/** What is wrong with a command line, as far as the program's own help tells. */
function commandFaults(line: string): string[] {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  const [name, ...rest] = words;
  if (name === undefined) return ['an empty line'];
  const program = onPath(name);
  if (!['kubectl', 'amtool'].includes(name)) return [`${name} is none of the programs that pages use`];
  if (!program) return [];
  const withoutGlobals = rest.filter(
    (word, i) => word !== '-n' && rest[i - 1] !== '-n' && !word.startsWith('--alertmanager.url='),
  );
  const depth = name === 'amtool' ? 2 : 1;
  const verbs = withoutGlobals.slice(0, depth);
  const text = help(program, verbs);
  const unknown =
    name === 'amtool' ? !text.startsWith(`usage: amtool ${verbs.join(' ')} `) : /unknown command/.test(text);
  if (unknown) return [`${line}: ${name} has no ${verbs.join(' ')}`];
  const flags = withoutGlobals.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0]);
  return flags
    .filter((flag) => !new RegExp(`(^|[\\s,])${flag.replace(/[-.]/g, '\\$&')}([\\s=,:\\]]|$)`, 'm').test(text))
    .map((flag) => `${line}: ${verbs.join(' ')} has no ${flag}`);
}

test('commands are those that kubectl and amtool have', () => {
  const lines = [...new Set(all.flatMap(([, text]) => blocks(text, 'bash')))];
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.flatMap(commandFaults)).toEqual([]);
  for (const wrong of ['kubectl gett pods', 'kubectl get pods --wide', 'amtool silence make x', 'curl example.com'])
    expect([wrong, onPath(wrong.split(' ')[0]) || wrong.startsWith('curl') ? commandFaults(wrong).length : 1]).toEqual([
      wrong,
      1,
    ]);
}, 60_000);

test('silences name the alert, a time and a reason', () => {
  for (const [name, text] of all) {
    if (name === 'README') continue;
    const silence = blocks(text, 'bash').find((line) => line.includes('silence add'));
    expect(silence).toMatch(new RegExp(`silence add alertname=${name} \\S+=\\S+ --duration=\\d+[mh] --comment='.+'$`));
  }
});

describe('each alert links to its page', () => {
  const links = (runbookUrl?: string) => {
    const { rules } = monitor([{}], { runbookUrl }).monitoring;
    const { groups } = JSON.parse(rules) as {
      groups: { rules: { alert?: string; annotations?: { [key: string]: string } }[] }[];
    };
    return groups.flatMap((group) =>
      group.rules.flatMap(({ alert, annotations }) => (alert ? [[alert, annotations?.runbook_url]] : [])),
    );
  };

  test('of this library', () => {
    expect(links().length).toBeGreaterThan(5);
    for (const [alert, url] of links())
      expect(url).toBe(
        `https://github.com/gpu-inference-constructs/gpu-inference-constructs/blob/main/docs/alerts/${alert}.md`,
      );
  });

  test('or of others', () => {
    for (const [alert, url] of links('https://wiki.example.com/a?page={alert}#top'))
      expect(url).toBe(`https://wiki.example.com/a?page=${alert}#top`);
  });

  test.each([
    ['https://wiki.example.com/alerts', 'INVALID_FORMAT runbookUrl'],
    ['wiki/{alert}', 'INVALID_FORMAT runbookUrl'],
    ['https://user:secret@wiki.example.com/{alert}', 'SECRET_IN_URL runbookUrl'],
    [Token.asString(Fn.upper('a')), 'VALUE_NOT_CONCRETE runbookUrl'],
  ])('%s is refused', (runbookUrl, id) => {
    expect(idsOf(faultsThrown(() => monitor([{}], { runbookUrl })))).toEqual([id]);
  });
});
