import { TestStore } from '../../serving/support/fixtures';
import { faultsThrown, idsOf } from '../../support/faults';
import { testStack } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { release, released } from './support';

interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volume_mount: readonly { readonly name: string }[];
}

const spec = (props: object = {}) => released(props).only('kubernetes_job_v1').spec.template.spec;

describe('a release', () => {
  test('is read, signed and written by three containers, of which one alone has the keys', () => {
    const {
      init_container: [read, sign],
      container: [write],
    } = spec({
      signingKeys: [
        { name: 'old', key: 'k' },
        { name: 'new', key: 'k' },
      ],
    });
    const keys = (each: Container) => each.volume_mount.filter(({ name }) => name.startsWith('key-')).length;
    expect([read, sign, write].map((each: Container) => [each.name, keys(each)])).toEqual([
      ['read', 0],
      ['sign', 2],
      ['write', 0],
    ]);
    expect((sign as Container).env.some(({ name }) => name.startsWith('AWS_'))).toBe(false);
  });

  test('says what it is of, and for whom', () => {
    const [, sign] = spec({ variant: 'int4', sites: ['berlin', 'rome'] }).init_container as Container[];
    expect(Object.fromEntries(sign.env.map(({ name, value }) => [name, value]))).toMatchObject({
      ...{ MODEL: 'chat', VERSION: '3', VARIANT: 'int4', CHANNEL: 'stable', NUMBER: '7', SITES: 'berlin rome' },
    });
    const [, all] = spec().init_container as Container[];
    expect(all.env).toContainEqual({ name: 'SITES', value: '*' });
  });

  test('reads its version and writes releases, and nothing else', () => {
    const stack = testStack();
    const modelStore = new TestStore(stack, 'Weights');
    release(stack, { modelStore });
    expect(modelStore.grants).toEqual([
      expect.stringMatching(/^read \S+ chat\/3$/),
      expect.stringMatching(/^write \S+ chat\/_releases$/),
    ]);
  });
});

test.each<[string, object, string[]]>([
  ['no number', { number: 0 }, ['NOT_A_WHOLE_NUMBER number']],
  ['part of a number', { number: 1.5 }, ['NOT_A_WHOLE_NUMBER number']],
  ['no key', { signingKeys: [] }, ['OUT_OF_RANGE signingKeys']],
  ['a key instead of its secret', { signingKeys: ['-----BEGIN'] }, ['WRONG_KIND signingKeys[0]']],
  [
    'a key twice',
    {
      signingKeys: [
        { name: 'a', key: 'b' },
        { name: 'a', key: 'b' },
      ],
    },
    ['DUPLICATE signingKeys'],
  ],
  ['no site', { sites: [] }, ['EMPTY_LIST sites']],
  ['sites that are none', { sites: ['a b', '*'] }, ['INVALID_NAME sites[0]', 'INVALID_NAME sites[1]']],
])('refused: %s', (_, props, expected) => {
  expect(idsOf(faultsThrown(() => release(testStack(), props)))).toEqual(expected);
});

test('two releases of one channel with the same number are refused', () => {
  const stack = testStack();
  const modelStore = new TestStore(stack, 'Weights');
  const cluster = testCluster(stack);
  release(stack, { modelStore, cluster });
  expect(idsOf(faultsThrown(() => release(stack, { modelStore, cluster, version: '4' }, 'Next')))).toEqual([
    'DUPLICATE number',
  ]);
  expect(() => release(stack, { modelStore, cluster, channel: 'beta' }, 'Beta')).not.toThrow();
});
