import * as library from '../../lib';
import { ModelSpec, TritonModel } from '../../lib';
import { faultsThrown, idsOf } from '../support/faults';
import { UnscopedValidationError } from '../../lib/units';
import { deploy, withSite } from '../serving/support/fixtures';
import { deployVllm } from '../serving/support/vllm-fixtures';

/** What every object of JavaScript inherits, so that a table seems to have a row for it. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** Public classes with `of(name)`. */
const LOOKUPS = Object.entries(library).flatMap(([name, each]) => {
  const { of } = each as { of?: unknown };
  return typeof of === 'function' && of.length <= 1 ? [[name, (text: string): unknown => of.call(each, text)]] : [];
}) as [string, (text: string) => unknown][];

test('lookups are found', () => {
  expect(LOOKUPS.map(([name]) => name)).toEqual(expect.arrayContaining(['ModelSpec', 'GpuType', 'VllmRelease']));
});

/** What a program is refused for; nothing where it is not. Any other error fails the test. */
function refusals(body: () => unknown): string[] {
  try {
    body();
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    expect(String(error)).not.toMatch(/native code|\[object/);
    return idsOf((error as UnscopedValidationError).faults);
  }
  return [];
}

describe.each(NAMES)('%s', (name) => {
  test.each(LOOKUPS)('%s.of', (_, of) => void refusals(() => of(name)));

  test('as a method of quantization', () => {
    expect(refusals(() => deployVllm({ model: { quantization: name } }))).toContain(
      'QUANTIZATION_NOT_IN_VLLM models[0].quantization',
    );
  });

  test('as an argument of the engine', () => {
    const engineArguments = Object.fromEntries([[name, 1]]);
    expect(refusals(() => deployVllm({ model: { engineArguments } }))).toEqual([
      `ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.${name}`,
    ]);
  });

  test('as a flag', () => {
    expect(refusals(() => deployVllm({ extraArguments: [`--${name}`] }))).toEqual([
      'FLAG_NOT_IN_VLLM extraArguments[0]',
    ]);
  });

  test('as the name of a model', () => {
    const own = refusals(() => deployVllm({ model: { name } }));
    expect(refusals(() => deployVllm({ model: { name }, plans: {} }))).toEqual(own);
    const models = [TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B })];
    refusals(() => deploy({ models }));
    refusals(() =>
      withSite(({ scope }) => {
        const props = { clusterName: 'c', availabilityZones: ['us-east-1a', 'us-east-1b'] };
        return new library.CloudTopology(scope, 'Cloud', {
          ...props,
          models: [{ name, model: ModelSpec.LLAMA_3_1_8B }],
        });
      }),
    );
  });
});

test('an object that does not list its names is refused', () => {
  const closed = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new TypeError('closed');
      },
    },
  );
  const refused = faultsThrown(() => deployVllm({ model: { engineArguments: closed } }));
  expect(idsOf(refused)).toEqual(['WRONG_KIND models[0].engineArguments']);
});
