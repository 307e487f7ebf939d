import { execFileSync } from 'child_process';
import * as fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { ConfigFiles } from '../../lib/monitoring/prometheus/config-files';
import { ruleFile, ruleFiles } from '../../lib/monitoring/rules/rule-file';
import { RuleGroup } from '../../lib/monitoring/rules/rule-group';
import { unescapeTemplate } from '../support/template';
import { monitor, testWith } from './support';

const MIB = 1024 * 1024;
const groupsOf = (text: string) => (JSON.parse(text) as { groups: RuleGroup[] }).groups;
const bytes = (text: string) => Buffer.byteLength(text);

describe('a hundred models on twenty servers each', () => {
  const names = Array.from({ length: 100 }, (_, i) => `model-${i}`);
  const { monitoring, result } = monitor(
    names.map((name) => ({ target: { jobName: `triton-${name}`, models: [name], replicas: 20, startupSeconds: 600 } })),
  );
  const maps = result
    .resources('kubernetes_config_map_v1')
    .filter(({ metadata }) => (metadata.name as string).startsWith('prometheus-config'))
    .sort((a, b) => ((a.metadata.name as string) < (b.metadata.name as string) ? -1 : 1));
  const files = maps.flatMap(({ data }) =>
    Object.entries(data as { [name: string]: string }).map(([name, text]) => [name, unescapeTemplate(text)] as const),
  );

  test('have more rules than a ConfigMap holds, and no ConfigMap is too large', () => {
    expect(bytes(monitoring.rules)).toBeGreaterThan(MIB);
    expect(maps.map(({ metadata }) => metadata.name)).toEqual(['prometheus-config', 'prometheus-config-2']);
    for (const { data } of maps) {
      const size = Object.values(data as { [name: string]: string }).reduce((sum, text) => sum + bytes(text), 0);
      expect(size).toBeLessThan(MIB);
    }
  });

  test('all of whose rules are there, in their order, in files that Prometheus reads', () => {
    expect(files.map(([name]) => name)).toEqual(['prometheus.yml', 'rules.yml', 'rules-2.yml']);
    const [, ...rules] = files;
    expect(rules.flatMap(([, text]) => groupsOf(text))).toEqual(groupsOf(monitoring.rules));
    expect(JSON.parse(files[0][1])).toMatchObject({ rule_files: ['rules.yml', 'rules-*.yml'] });
  });

  test('are in the folder of the configuration', () => {
    const { spec } = result.byName('kubernetes_stateful_set_v1', 'prometheus').spec.template;
    const volume = (spec.volume as { name: string; projected: unknown }[]).find(({ name }) => name === 'config');
    const sources = maps.map(({ metadata }) => ({ config_map: [{ name: metadata.name as string }] }));
    expect(volume).toEqual({ name: 'config', projected: [{ sources }] });
  });

  testWith('promtool')('are rules that Prometheus takes', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rules-'));
    try {
      const rules = files.slice(1);
      for (const [name, text] of rules) writeFileSync(path.join(folder, name), text);
      const args = ['check', 'rules', '--lint=all', '--lint-fatal', ...rules.map(([name]) => name)];
      const said = execFileSync('promtool', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
      expect(said.match(/SUCCESS/g)).toHaveLength(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test('a few models need one ConfigMap', () => {
  const { result } = monitor();
  const names = result.resources('kubernetes_config_map_v1').map(({ metadata }) => metadata.name as string);
  expect(names.filter((name) => name.startsWith('prometheus'))).toEqual(['prometheus-config']);
});

test('what has no room in all of them is refused', () => {
  const rule = { record: 'r', expr: 'vector(1)', labels: { of: 'x'.repeat(1000) } };
  const groups = (rules: number) => [{ name: 'many', rules: Array.from({ length: rules }, () => rule) }];
  const faults = (configuration: string, rules: number) => {
    const made = groups(rules);
    return new ConfigFiles(
      () => configuration,
      () => made,
    ).faults();
  };
  expect(faults('x', 100)).toEqual([]);
  expect(faults('x', 14_000)).toEqual([]);
  expect(faults('x', 15_500).map(({ id }) => id)).toEqual(['MONITORING_TOO_LARGE']);
  expect(faults('x'.repeat(MIB), 1).map(({ id }) => id)).toEqual(['MONITORING_TOO_LARGE']);
});

const RULE = fc.record({ record: fc.constantFrom('a', 'b'), expr: fc.string({ unit: 'grapheme', maxLength: 60 }) });
const GROUPS = fc.uniqueArray(
  fc.record({ name: fc.string({ minLength: 1, maxLength: 8 }), rules: fc.array(RULE, { minLength: 1, maxLength: 8 }) }),
  { selector: ({ name }) => name, maxLength: 8 },
);

test('whatever the groups, no file is too large, no rule is lost, and none is out of order', () => {
  fc.assert(
    fc.property(
      GROUPS,
      fc.integer({ min: 700, max: 2000 }),
      fc.integer({ min: 0, max: 2000 }),
      (groups, most, room) => {
        const first = Math.min(room, most);
        const texts = ruleFiles(groups, most, first);
        texts.forEach((text, index) => {
          const empty = groupsOf(text).length === 0;
          if (!(index === 0 && empty)) expect(bytes(text)).toBeLessThanOrEqual(index === 0 ? first : most);
        });
        const all = texts.flatMap(groupsOf);
        expect(all.flatMap(({ rules }) => rules)).toEqual(groups.flatMap(({ rules }) => rules));
        // A group that fits into a file is whole.
        for (const group of groups) {
          if (bytes(ruleFile([group])) > most - 10) continue;
          expect(all).toContainEqual(group);
        }
      },
    ),
  );
});
