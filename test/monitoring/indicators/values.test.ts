import { Metric } from '../../../lib/catalog/metric';
import { Indicator } from '../../../lib/monitoring';
import { readFrom } from '../../../lib/monitoring/indicators/indicator-source';
import { TARGET_LABELS, DROPPED_GPU_LABELS } from '../../../lib/metrics/contract/scraped-target';
import { parseExposition, testWith } from '../support';
import { judge, namesOf, ownSeries, Scene } from './scene';
import { OF_OTHERS } from './scenes-others';
import { OF_TRITON } from './scenes-triton';
import { TARGETS, TargetName } from './targets';

const SCENES: { readonly [name: string]: Scene } = { ...OF_TRITON, ...OF_OTHERS };
const NAMES = Object.keys(SCENES);
const withPromtool = testWith('promtool');

describe('values recorded of series written by hand', () => {
  withPromtool.each(NAMES)('are those of arithmetic by hand: %s', (name) => {
    expect(judge(SCENES[name])).toMatch(/^Unit Testing: {2}scene\.test\.yml\n {2}SUCCESS\n*$/);
  });

  withPromtool.each(NAMES)('a record that is another is noticed, each of them: %s', (name) => {
    const output = judge(SCENES[name], (rule) => (rule.record ? { ...rule, expr: `(${rule.expr}) + 0.01` } : rule));
    expect(output.split('    expr: ').length - 1).toBe(namesOf(SCENES[name]));
  });
});

describe('no indicator is without such a value', () => {
  const pairs = (Object.keys(TARGETS) as TargetName[]).flatMap((name) =>
    Indicator.ALL.map((indicator) => [name, indicator.name, indicator] as const),
  );

  /** What is missing of a scene: `true` where an indicator has no value, or one that nothing tells. */
  const lacks = (name: TargetName, indicator: Indicator, scene: Scene = SCENES[name]) =>
    scene.recorded.some(([its]) => its === indicator) !== indicator.isAvailable(TARGETS[name]);

  test.each(pairs)('%s: %s', (name, _, indicator) => {
    expect(SCENES[name].target).toBe(TARGETS[name]);
    expect(lacks(name, indicator)).toBe(false);
  });

  test('this notices one that has none', () => {
    const { recorded, ...scene } = SCENES.vllm;
    const without = { ...scene, recorded: recorded.filter(([indicator]) => indicator !== Indicator.KV_CACHE) };
    expect(Indicator.ALL.filter((indicator) => lacks('vllm', indicator, without))).toEqual([Indicator.KV_CACHE]);
  });

  // E.g. the summaries of older releases of Triton.
  test.each(Indicator.ALL)('each way to read $name has one', (indicator) => {
    const unread = indicator['sources'].filter(
      (source) =>
        !Object.values(SCENES).some(({ target, recorded }) => {
          const own = readFrom([source], target);
          const isRecorded = recorded.some(([its]) => its === indicator);
          return own && isRecorded && indicator.query(target).expr.includes(own.expr);
        }),
    );
    expect(unread.map(({ exporter }) => exporter)).toEqual([]);
  });
});

describe('the series', () => {
  test.each(NAMES)('have labels that the exporter gives them, and the scrape: %s', (name) => {
    const { target } = SCENES[name];
    const lines = ownSeries(SCENES[name]).map(({ series }) => `${series} 1`);
    const { series } = parseExposition(lines.join('\n'));
    expect(Object.keys(series).length).toBeGreaterThan(0);
    for (const [exposed, labels] of Object.entries(series)) {
      const metric = target.exporters
        .flatMap((exporter) => Metric.ALL.filter((each) => each.exporter === exporter))
        .find((each) => each.seriesNames.includes(exposed)) as Metric;
      const required = [...metric.labels, ...TARGET_LABELS].filter((label) => !DROPPED_GPU_LABELS.includes(label));
      expect([...labels]).toEqual(expect.arrayContaining(required));
      const allowed = [...required, ...metric.optionalLabels, 'model', 'gpu_uuid', 'le', 'quantile'];
      expect([...labels].filter((label) => !allowed.includes(label))).toEqual([]);
    }
  });
});
