import * as fc from 'fast-check';
import { parse } from 'yaml';
import { toYaml } from '../../lib/manifests/yaml-writer';

const awkward = fc.constantFrom(
  '',
  ' ',
  'yes',
  'No',
  'on',
  'y',
  'null',
  '~',
  '0x1f',
  '1e3',
  '012',
  '1_000',
  '1:30',
  '2026-01-01',
  '.5',
  '-',
  '- a',
  'a: b',
  'a #b',
  '#a',
  '&a',
  '*a',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a',
  '{a',
  '[a',
  '"a"',
  "'a'",
  'a\n',
  'a\nb',
  'a\nb\n',
  'a\n\nb',
  ' a\nb',
  'a\n b\n',
  'a\n\n',
  '\na',
  'a \nb',
  'a\tb',
  '\ta\nb',
  'a\r\nb',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u0000',
  'ä\nö',
  '😀',
  '---',
  '...',
  'a\n---\nb',
  'a:',
  '? a',
  '<<',
  '=',
  '/dev/shm',
  'nvidia.com/gpu',
);
const text = fc.oneof(
  awkward,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', '\t') }),
);
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    tie('value'),
    { maxKeys: 4 },
  ),
})).value;

test.each(['1.1', '1.2'] as const)('a YAML %s reader reads what was written', (version) => {
  fc.assert(
    fc.property(data, (value) => {
      const read: unknown = parse(toYaml(value), { version, merge: false, uniqueKeys: true });
      expect(read).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

test('the text is idiomatic YAML', () => {
  const value = {
    kind: 'Deployment',
    metadata: { name: 'a', labels: { 'nvidia.com/gpu.present': 'true' } },
    spec: {
      replicas: 2,
      args: ['--port', '8000', 'a b'],
      script: 'set -e\nif true; then\n  run\nfi\n',
      list: [{ a: 1, b: [] }, [1, 2]],
      none: {},
    },
  };
  expect(toYaml(value)).toBe(
    `kind: Deployment
metadata:
  name: a
  labels:
    nvidia.com/gpu.present: "true"
spec:
  replicas: 2
  args:
    - "--port"
    - "8000"
    - a b
  script: |
    set -e
    if true; then
      run
    fi
  list:
    - a: 1
      b: []
    - - 1
      - 2
  none: {}
`,
  );
});
