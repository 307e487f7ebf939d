import { NodesPoint, nodesPoints, nodesTable } from '../../bench/planner/nodes';

const POINTS = nodesPoints();
const judged = (which: (point: NodesPoint) => boolean) =>
  POINTS.filter((point) => point.split === 'judge' && which(point));
const errors = (points: readonly NodesPoint[]) => points.map(({ error }) => error);
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

test('every run has an address, and the table shows it with its error', () => {
  expect(POINTS.length).toBeGreaterThan(50);
  for (const { source } of POINTS) expect(source).toMatch(/^https:\/\/\S+$/);
  expect(POINTS.every(({ error }) => Number.isFinite(error))).toBe(true);
  expect(nodesTable(POINTS)).toContain('InferenceX SGLang 0.5.8 two nodes');
});

test('DeepSeek-R1 over two nodes: within 35 %, half of the runs within 10 %', () => {
  const own = judged(({ note, nodes, metric }) => nodes === 2 && metric === 'step' && note.startsWith('InferenceX'));
  expect(own.length).toBeGreaterThanOrEqual(20);
  for (const { error } of own) expect(Math.abs(error)).toBeLessThan(0.35);
  expect(median(errors(own).map(Math.abs))).toBeLessThan(0.1);
});

test('steps of eight data-parallel ranks on one node: within 21 %, half of them within 7 %', () => {
  const own = judged(({ nodes, metric }) => nodes === 1 && metric === 'step');
  expect(own).toHaveLength(10);
  for (const { error } of own) expect(Math.abs(error)).toBeLessThan(0.21);
  expect(median(errors(own).map(Math.abs))).toBeLessThan(0.07);
});

test('answers over nine nodes and more, with overlap and balancing that plans leave out, are never planned faster', () => {
  const own = judged(({ nodes, metric }) => nodes > 2 && metric === 'step');
  expect(own).toHaveLength(4);
  for (const { error, note } of own) {
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(note.includes('without') ? 0.2 : 0.65);
  }
});

test('prompts over four nodes are planned at half of the rate that overlap and balancing reach, and never faster', () => {
  const own = judged(({ metric }) => metric === 'prompt_tokens');
  expect(own).toHaveLength(3);
  for (const { error } of own) expect(error < 0 && error > -0.5).toBe(true);
});

test('what ran fits, and ranks have the weights that are stated', () => {
  const ran = judged(({ metric }) => metric === 'fits');
  expect(ran.map(({ model, planned }) => [model, planned])).toEqual([
    ['kimi-k2', 1],
    ['kimi-k2', 1],
    ['deepseek-r1', 1],
  ]);
  const [weights] = judged(({ metric }) => metric === 'weights_gb');
  // "100 GB" is round, and of an engine of its own, without vLLM's 16-bit copies.
  expect(Math.abs(weights.error)).toBeLessThan(0.03);
});

test('runs that the plan misses stay within what is said of them', () => {
  const old = judged(({ note }) => note.startsWith('SGLang of July 2025'));
  expect(old).toHaveLength(5);
  for (const { error } of old) expect(error < 0 && error > -0.35).toBe(true);
  const among = POINTS.filter(({ split, metric }) => split === 'fit' && metric === 'tpot');
  for (const { error } of among) expect(Math.abs(error)).toBeLessThan(0.3);
});
