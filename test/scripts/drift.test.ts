import { PlannedStep, judge, table } from '../../scripts/drift/judgement';

const group = (action: PlannedStep['action'], name: string): PlannedStep => ({
  action,
  kind: 'aws_eks_node_group',
  name,
});

test('a plan that does what is expected, and no more, has no problem', () => {
  expect(judge([], [])).toEqual([]);
  expect(judge([group('update', 'efa'), group('update', 'spare')], ['update aws_eks_node_group x2'])).toEqual([]);
  expect(judge([group('update', 'efa')], ['update aws_eks_node_group|aws_launch_template /^efa/'])).toEqual([]);
  expect(judge([], ['?update aws_eks_node_group x1'])).toEqual([]);
  expect(judge([group('supersede', 'efa')], ['create|supersede aws_.*'])).toEqual([]);
  expect(judge([{ ...group('update', 'efa'), because: ['tags'] }], ['update aws_.* only tags,tags_all'])).toEqual([]);
});

test.each<[what: string, steps: PlannedStep[], expected: string[], problem: RegExp]>([
  ['a step that no line allows', [group('replace', 'efa')], [], /unexpected: replace aws_eks_node_group efa/],
  ['another action', [group('replace', 'efa')], ['update aws_eks_node_group'], /unexpected: replace/],
  ['another name', [group('update', 'spare')], ['update aws_eks_node_group /^efa/'], /unexpected: update .* spare/],
  [
    'an attribute that may not change',
    [{ ...group('update', 'efa'), because: ['tags', 'launch_template'] }],
    ['update aws_.* only tags'],
    /unexpected: update/,
  ],
  ['a step too many', [group('update', 'a'), group('update', 'b')], ['update aws_eks_node_group x1'], /found 2/],
  ['a step that does not come', [], ['update aws_eks_node_group'], /found none/],
  [
    'created first in the place of deleted first',
    [group('supersede', 'a')],
    ['replace aws_eks_node_group'],
    /unexpected: supersede/,
  ],
])('%s is a problem', (_what, steps, expected, problem) => {
  expect(judge(steps, expected).join()).toMatch(problem);
});

test('a line that cannot be read is no expectation', () => {
  expect(() => judge([], ['remove everything'])).toThrow("not an expectation: 'remove everything'");
});

test('the table begins with what is replaced, and says why', () => {
  const steps = [group('update', 'spare'), { ...group('replace', 'efa'), because: ['subnet_ids'] }];
  expect(table(steps).split('\n')).toEqual([
    '    replace  aws_eks_node_group  efa    subnet_ids',
    '    update   aws_eks_node_group  spare',
  ]);
  expect(table([])).toBe('    nothing');
});
