import { Fault } from '../../lib/units';
import { idsOf, reasonsOf } from '../support/faults';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { Fn, Lazy, TerraformOutput, TerraformStack, Token } from 'cdktf';
import { faultsOf, throwIfInvalid, ValidationError } from '../../lib/core/errors';
import { ImageRegistry } from '../../lib/kubernetes/image-registry';
import { kubernetesName, kubernetesNameFault } from '../../lib/core/naming';
import { awsTags, tagFaults } from '../../lib/core/tags';
import { escapeTemplate } from '../../lib/core/template-escape';
import { unescapeTemplate } from '../support/template';
import { concreteFault, hasToken } from '../../lib/core/tokens';
import { UnscopedValidationError } from '../../lib/units/errors';
import { synthesize, testStack } from '../support/synth';

const stringToken = () => Lazy.stringValue({ produce: () => '${aws_x.y.z}' });

describe('tokens', () => {
  const numberToken = () => Token.asNumber('${aws_x.y.count}');

  test.each<[string, unknown]>([
    ['a string token', stringToken()],
    ['a number token', numberToken()],
    ['a list token', Token.asList('${aws_x.y.z}')],
    ['a map token', Token.asStringMap('${aws_x.y.z}')],
    ['a number map token', Token.asNumberMap('${aws_x.y.z}')],
    ['an intrinsic value', Lazy.anyValue({ produce: () => 1 })],
    ['text around a token', `a-${stringToken()}`],
    ['a token in a list', [1, stringToken()]],
    ['a number token deep within', { a: [{ b: numberToken() }] }],
    ['a token as a key', { [stringToken()]: 1 }],
    ['a function', Fn.jsonencode({})],
  ])('%s is detected', (_, value) => {
    expect(hasToken(value)).toBe(true);
    expect(reasonsOf(concreteFault('minNodes', value, 'the plan is computed from it'))).toEqual([
      'minNodes must be known at synthesis because the plan is computed from it; got a token (a value Terraform only knows ' +
        'later); pass a literal value',
    ]);
  });

  test.each<[unknown]>([
    [0],
    [-1e300],
    ['text'],
    ['${aws_x.y.z}'],
    [[]],
    [{ a: [1, 'b', null] }],
    [undefined],
    [null],
    [new Date(0)],
  ])('literal %p is not', (value) => {
    expect(hasToken(value)).toBe(false);
    expect(concreteFault('x', value, 'y')).toEqual([]);
  });
});

const A: Fault = { id: 'A', property: 'a', reason: 'a is wrong' };
const B: Fault = { id: 'B', reason: 'b too' };

describe('errors', () => {
  test('name the construct and list every fault', () => {
    const stack = testStack();
    const bucket = new S3Bucket(stack, 'Bucket', {});
    expect(() => throwIfInvalid(bucket, [])).not.toThrow();
    expect(() => throwIfInvalid(bucket, [A])).toThrow(new ValidationError(bucket, [A]));
    try {
      throwIfInvalid(bucket, [A, B]);
    } catch (error) {
      expect(UnscopedValidationError.isValidationError(error)).toBe(true);
      expect(error).toMatchObject({
        name: 'ValidationError',
        constructPath: 'test/Bucket',
        faults: [A, B],
      });
      expect((error as Error).message).toBe('test/Bucket:\n- a is wrong\n- b too');
    }
    expect.assertions(5);
  });

  test.each([
    [[A], 'a is wrong'],
    [[A, B], '- a is wrong\n- b too'],
  ])('of pure code are listed in the same way: %j', (faults, message) => {
    expect(new UnscopedValidationError(faults).message).toBe(message);
  });

  test('of pure code can be collected', () => {
    expect(faultsOf(() => 1)).toEqual([]);
    expect(
      faultsOf(() => {
        throw new UnscopedValidationError([A, B]);
      }),
    ).toEqual([A, B]);
    expect(() =>
      faultsOf(() => {
        throw new TypeError('a bug');
      }),
    ).toThrow('a bug');
  });
});

describe('template escaping', () => {
  test.each([
    ['${datasource}', '$${datasource}'],
    ['%{if}', '%%{if}'],
    ['$100 and 5 % {', '$100 and 5 % {'],
    ['$${a}', '$$${a}'],
    ['{{ $labels.pod }}', '{{ $labels.pod }}'],
    ['a\n${b}\n${c}', 'a\n$${b}\n$${c}'],
  ])('%j', (text, escaped) => {
    expect(escapeTemplate(text)).toBe(escaped);
  });

  test.each(['${datasource}', '%{if}', 'a ${b} %{c} ${d}', 'no template', '$labels {x}'])('%j comes back', (text) => {
    expect(unescapeTemplate(escapeTemplate(text))).toBe(text);
  });

  test('leaves references of the framework alone', () => {
    const result = synthesize((stack) => {
      const bucket = new S3Bucket(stack, 'Bucket', {});
      new TerraformOutput(stack, 'Text', { value: escapeTemplate(`\${datasource} in ${bucket.arn}`), staticId: true });
    });
    expect(result.json.output.Text.value).toBe('$${datasource} in ${aws_s3_bucket.Bucket.arn}');
  });
});

describe('names of Kubernetes objects', () => {
  test.each([
    ['Llama-3.1-8B', 'llama-3-1-8b'],
    ['--a--', 'a'],
    ['', 'x'],
    ['ÄÖ', 'x'],
    [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
  ])('%j becomes %j', (text, name) => {
    expect(kubernetesName(text)).toBe(name);
    expect(kubernetesNameFault('name', name)).toEqual([]);
  });

  test('a token is told apart from a wrong name, and what is not text is a fault and no TypeError', () => {
    const token = Token.asString({ resolve: () => 'x' });
    expect(idsOf(kubernetesNameFault('namespace', token))).toEqual(['VALUE_NOT_CONCRETE namespace']);
    expect(reasonsOf(kubernetesNameFault('namespace', token)).join()).not.toContain('TfToken');
    for (const given of [undefined, 3, null, {}])
      expect(idsOf(kubernetesNameFault('namespace', given as unknown as string))).toEqual(['INVALID_NAME namespace']);
  });

  test.each(['', 'A', 'a_b', '-a', 'a-', 'a.b', 'a'.repeat(64)])(
    '%j is refused with an example that is right',
    (text) => {
      const [fault] = reasonsOf(kubernetesNameFault('namespace', text));
      expect(fault).toContain(`namespace must be an RFC 1123 label`);
      expect(fault).toContain(`got '${text}'`);
      expect(kubernetesNameFault('namespace', /example '([^']*)'$/.exec(fault)?.[1] ?? '')).toEqual([]);
    },
  );
});

describe('image registries', () => {
  test.each([
    ['nvcr.io/nvidia/tritonserver:26.07-py3', 'mirror.example.com/hub/nvidia/tritonserver:26.07-py3'],
    ['prom/prometheus:v3', 'mirror.example.com/hub/prom/prometheus:v3'],
    ['busybox', 'mirror.example.com/hub/busybox'],
    ['localhost/a/b', 'localhost/a/b'],
    ['registry:5000/a@sha256:00', 'registry:5000/a@sha256:00'],
  ])('a mirror serves %s as %s, upstream unchanged', (image, mirrored) => {
    expect(ImageRegistry.mirror('mirror.example.com/hub/').resolve(image)).toBe(mirrored);
    expect(ImageRegistry.UPSTREAM.resolve(image)).toBe(image);
  });

  test('pull secrets are copied', () => {
    const secrets = ['pull'];
    const registry = ImageRegistry.mirror('mirror.example.com', secrets);
    secrets.push('other');
    expect(registry.pullSecrets).toEqual(['pull']);
    expect(ImageRegistry.UPSTREAM.pullSecrets).toEqual([]);
  });
});

describe('tags', () => {
  test('are merged: the user wins, the order makes no difference', () => {
    const tags = awsTags({ Name: 'pool', 'managed-by': 'x' }, { team: 'ml', Name: 'mine' });
    expect(tags).toEqual({ Name: 'mine', 'managed-by': 'x', team: 'ml' });
    expect(JSON.stringify(awsTags({}, { b: '1', a: '2' }))).toBe(JSON.stringify(awsTags({}, { a: '2', b: '1' })));
    expect(awsTags({})).toEqual({ 'managed-by': 'gpu-inference-constructs' });
  });

  test.each<[string, { [key: string]: string }, string]>([
    ['a token as a key', { [stringToken()]: 'a' }, 'VALUE_NOT_CONCRETE tags'],
    ['a reserved key', { 'AWS:x': 'a' }, 'RESERVED tags'],
    ['an empty key', { '': 'a' }, 'INVALID_NAME tags'],
    ['a long key', { ['k'.repeat(129)]: 'a' }, 'INVALID_NAME tags'],
    ['a long value', { k: 'v'.repeat(257) }, 'OUT_OF_RANGE tags.k'],
    ['too many', Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`k${i}`, 'v'])), 'OUT_OF_RANGE tags'],
  ])('%s is a fault', (_, tags, id) => {
    expect(idsOf(tagFaults(tags))).toEqual([id]);
  });

  test('tokens are allowed as values', () => {
    expect(tagFaults({ owner: stringToken() })).toEqual([]);
    expect(tagFaults()).toEqual([]);
  });
});

test('a stack is a scope with a path', () => {
  const stack = testStack();
  expect(new ValidationError(stack, [A]).constructPath).toBe('test');
  expect(new ValidationError(TerraformStack.of(stack).node.root, [A]).constructPath).toBe('<root>');
});
