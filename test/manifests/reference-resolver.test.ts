import { Fault } from '../../lib/units';
import { idsOf } from '../support/faults';
import { ReferenceResolver } from '../../lib/manifests/reference-resolver';
import { parseReference, parseTemplate } from '../../lib/manifests/terraform-template';

const JSON_OF_STACK = {
  resource: {
    aws_s3_bucket: {
      models: {
        bucket: 'models',
        tags: { team: 'ml' },
        same: '${aws_s3_bucket.models.bucket}-x',
        loop: '${aws_s3_bucket.models.loop}',
      },
    },
    kubernetes_namespace_v1: { ns: { metadata: { name: 'inference', labels: { 'a/b': 'c' } } } },
  },
  variable: { size: { default: 3 }, open: {} },
  locals: { region: 'eu-central-1', nested: { list: ['x', 'y'] } },
};

const producer = new ReferenceResolver(
  {
    resource: { aws_iam_role: { pod: { name: 'pod-role' } } },
    output: { name: { value: '${aws_iam_role.pod.name}' }, arn: { value: '${aws_iam_role.pod.arn}' } },
  },
  { 'aws_iam_role.pod.arn': 'arn:aws:iam::1:role/pod' },
  () => undefined,
);
const VALUES = {
  'aws_s3_bucket.models.arn': 'arn:aws:s3:::models',
  'cidrhost("10.0.0.0/8", 2)': '10.0.0.2',
  number: 7,
  object: { a: 1 },
};

function resolve(value: unknown): { result: unknown; faults: Fault[] } {
  const faults: Fault[] = [];
  const resolver = new ReferenceResolver(JSON_OF_STACK, VALUES, (name) => (name === 'infra' ? producer : undefined));
  return { result: resolver.resolve(value, 'x', faults), faults };
}

test.each<[unknown, unknown]>([
  ['plain', 'plain'],
  ['', ''],
  [3, 3],
  [null, null],
  ['$${datasource} and %%{if}', '${datasource} and %{if}'],
  ['${aws_s3_bucket.models.bucket}', 'models'],
  ['s3://${aws_s3_bucket.models.bucket}/$${x}', 's3://models/${x}'],
  ['${aws_s3_bucket.models.same}', 'models-x'],
  ['${aws_s3_bucket.models.tags}', { team: 'ml' }],
  ['${aws_s3_bucket.models.tags["team"]}', 'ml'],
  ['${aws_s3_bucket.models.arn}', 'arn:aws:s3:::models'],
  ['${kubernetes_namespace_v1.ns.metadata[0].name}', 'inference'],
  ['${kubernetes_namespace_v1.ns.metadata[0].labels["a/b"]}', 'c'],
  ['${cidrhost("10.0.0.0/8", 2)}', '10.0.0.2'],
  ['${var.size}', 3],
  ['${local.nested.list[1]}', 'y'],
  ['${local.region}a', 'eu-central-1a'],
  ['${number}', 7],
  ['n-${number}', 'n-7'],
  ['${true}', true],
  ['${12}', 12],
  ['${"a-${local.region}"}', 'a-eu-central-1'],
  [
    '{"a":${jsonencode(aws_s3_bucket.models.tags)},"b":${jsonencode("q-${local.region}")}}',
    '{"a":{"team":"ml"},"b":"q-eu-central-1"}',
  ],
  ['${data.terraform_remote_state.infra.outputs.name}', 'pod-role'],
  ['${data.terraform_remote_state.infra.outputs.arn}', 'arn:aws:iam::1:role/pod'],
  [
    { a: ['${local.region}'], '${local.region}': 1 },
    { a: ['eu-central-1'], 'eu-central-1': 1 },
  ],
])('%j becomes %j', (value, expected) => {
  expect(resolve(value)).toEqual({ result: expected, faults: [] });
});

test.each<[unknown, string, string]>([
  ['${aws_s3_bucket.models.id}', 'REFERENCE_WITHOUT_VALUE x', 'aws_s3_bucket.models.id'],
  [{ a: ['${aws_iam_role.r.arn}'] }, 'REFERENCE_WITHOUT_VALUE x.a[0]', 'aws_iam_role.r.arn'],
  ['${var.open}', 'REFERENCE_WITHOUT_VALUE x', 'var.open'],
  ['${data.aws_region.here.name}', 'REFERENCE_WITHOUT_VALUE x', 'data.aws_region.here.name'],
  [
    '${data.terraform_remote_state.other.outputs.name}',
    'REFERENCE_WITHOUT_VALUE x',
    'data.terraform_remote_state.other.outputs.name',
  ],
  [
    '${data.terraform_remote_state.infra.outputs.no}',
    'REFERENCE_WITHOUT_VALUE x',
    'data.terraform_remote_state.infra.outputs.no',
  ],
  ['${upper(local.region)}', 'REFERENCE_WITHOUT_VALUE x', 'upper(local.region)'],
  ['${local.region == "x" ? "}" : "b"}', 'REFERENCE_WITHOUT_VALUE x', 'local.region == "x" ? "}" : "b"'],
  ['${aws_s3_bucket.models.loop}', 'REFERENCE_CIRCULAR x', 'aws_s3_bucket.models.loop'],
  ['a ${object}', 'TEMPLATE_NOT_RENDERED x', 'object'],
  ['%{if true}a%{endif}', 'TEMPLATE_NOT_RENDERED x', '%{...}'],
  ['${local.region', 'TEMPLATE_NOT_RENDERED x', '}'],
  ['${"a', 'TEMPLATE_NOT_RENDERED x', '"'],
])('%j is a fault: %s', (value, id, expression) => {
  const { faults } = resolve(value);
  expect(idsOf(faults)).toEqual([id]);
  expect(faults[0].reason).toContain(expression);
});

test('an output of another stack without a value is named as that stack names it', () => {
  const faults: Fault[] = [];
  const other = new ReferenceResolver({ output: { arn: { value: '${aws_iam_role.pod.arn}' } } }, {}, () => undefined);
  new ReferenceResolver({}, {}, () => other).resolve('${data.terraform_remote_state.infra.outputs.arn}', 'x', faults);
  expect(idsOf(faults)).toEqual(['REFERENCE_WITHOUT_VALUE x']);
  expect(faults[0].reason).toContain("'aws_iam_role.pod.arn'");
});

test('templates are split at expressions, with braces and quotes in them', () => {
  expect(parseTemplate('a${f({b="}"})}c$${d}${"x${y}z"}')).toEqual([
    { literal: 'a' },
    { expression: 'f({b="}"})' },
    { literal: 'c${d}' },
    { expression: '"x${y}z"' },
  ]);
});

test('references are told from other expressions', () => {
  expect(parseReference('a.b-c[0]["d/e"].f')).toEqual(['a', 'b-c', 0, 'd/e', 'f']);
  for (const other of ['a + b', 'f(a)', 'a[*].b', '"a"', '', 'a ? b : c'])
    expect(parseReference(other)).toBeUndefined();
});
