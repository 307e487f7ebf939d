import { existsSync, readFileSync, writeFileSync } from 'fs';
import * as path from 'path';
import { UnscopedValidationError } from '../../lib';
import { synthStack, testStack } from '../support/synth';
import { programWith } from './kind-programs';
import { publicArguments, publicArgumentsSource } from './public-arguments';
import { publicKinds, publicKindsSource } from './public-kinds';
import { programOf } from './string-programs';
import { Program } from './string-programs-compute';
import { WITHOUT_PROGRAM } from './without-program';

test.each([
  ['public-kinds.ts', publicKindsSource(publicKinds())],
  ['public-arguments.ts', publicArgumentsSource(publicArguments())],
])('%s is that of the declarations', (name, source) => {
  const file = path.join(__dirname, '..', '..', 'lib', 'units', name);
  if (process.env.WRITE_KINDS) writeFileSync(file, source);
  expect(existsSync(file)).toBe(true);
  const flat = (text: string) => text.replace(/["'\s,]/g, '');
  expect(flat(readFileSync(file, 'utf8'))).toBe(flat(source));
});

const WRONG: readonly unknown[] = [{}, 'text', 5, null];

/** What the library returns, or what classes of the user's own return, besides what tests of text leave out. */
const RETURNED =
  /^(MemoryPerGpu|MetricLabelChange|IndicatorQuery|Fault|Alternative|TrainingAlternative|TrainingMemory|MonitoringRule|ClusterConnection|FabricAttachment|FabricBinding|SecondaryNetworkResource)$/;

const STRUCTS = Object.entries(publicKinds().structs).filter(
  ([struct]) => !RETURNED.test(struct) && !WITHOUT_PROGRAM.some(({ values }) => values.test(`${struct}.x`)),
);

/** What became of a program: `undefined` if it is accepted or refused by an error of ours. */
function crashOf(program: () => Program): string | undefined {
  try {
    const stack = testStack();
    program()(stack);
    synthStack(stack);
  } catch (error) {
    const { message, stack } = error as Error;
    if (message.startsWith('Validation failed') || UnscopedValidationError.isValidationError(error)) return undefined;
    return `${message.split('\n')[0]} ${stack
      ?.split('\n')
      .find((line) => line.includes('/lib/'))
      ?.trim()}`;
  }
  return undefined;
}

describe('a value of any kind in any property is accepted or refused by an error of ours', () => {
  test.each(STRUCTS)('%s', (struct, properties) => {
    const crashes = properties.split('; ').flatMap((property) => {
      const [name] = property.split(/[?:]/);
      return WRONG.flatMap((value) => {
        const crash = crashOf(() => programWith(struct)?.({ [name]: value }) ?? programOf(`${struct}.${name}`)!(value));
        return crash ? [`${property} = ${JSON.stringify(value)}: ${crash}`] : [];
      });
    });
    expect(crashes).toEqual([]);
  });
});
