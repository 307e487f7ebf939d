import { GpuType } from '../../lib';
import { publicTexts } from './public-values';
import { programOf } from './string-programs';
import { Program } from './string-programs-compute';
import { STRING_VERDICTS } from './string-verdicts';
import { shaped, verdictOfReference, verdictOfText } from './verdicts';
import { WITHOUT_PROGRAM } from './without-program';
import { AutoscalingGroupTagA } from '@cdktf/provider-aws/lib/autoscaling-group-tag';

const texts = publicTexts();
const withProgram = texts.filter(({ name }) => !WITHOUT_PROGRAM.some(({ values }) => values.test(name)));

/** The verdicts on a property or an argument, one line for each way in which a text can be in it. */
function verdictsOf({ name, shape }: (typeof texts)[number]): string[] {
  const program = programOf(name);
  if (!program) throw new Error(`${name} has no program in test/inputs/string-programs-*.ts`);
  return shaped(shape, '').map((_, at) => {
    const given = (text: string) => program(shaped(shape, text)[at]);
    const ofText = verdictOfText(given);
    // The id of a construct is no value: cdktf itself refuses references in it.
    if (name.endsWith('(id)')) return ofText;
    const all = [ofText, verdictOfReference(given, false), verdictOfReference(given, true)];
    return new Set(all).size === 1 ? ofText : all.join(' | ');
  });
}

test('all text of the public API is found', () => {
  expect(texts.length).toBeGreaterThan(250);
  expect(texts).toContainEqual({ name: 'ModelStoreProps.tags', shape: 'map' });
  expect(texts).toContainEqual({ name: 'ImageRegistry.mirror(host)', shape: 'text' });
});

test('every row is of a property or an argument that exists', () => {
  const names = texts.map(({ name }) => name);
  expect(Object.keys(STRING_VERDICTS).filter((name) => !names.includes(name))).toEqual([]);
  expect(WITHOUT_PROGRAM.filter(({ values }) => !names.some((name) => values.test(name)))).toEqual([]);
});

describe('no text is evaluated by Terraform, and references reach it', () => {
  test.each(withProgram.map((value) => [value.name, value] as const))('%s', (name, value) => {
    const found = verdictsOf(value);
    expect(found.filter((verdict) => verdict.includes('BUG'))).toEqual([]);
    const known = STRING_VERDICTS[name] ?? (name.endsWith('(id)') ? ['unused'] : undefined);
    expect({ [name]: found }).toEqual({ [name]: known });
  });
});

describe('a verdict tells', () => {
  const tagged = (value: string) =>
    verdictOfText(() => (stack) => {
      const tag = { key: 'k', value, propagateAtLaunch: false };
      new AutoscalingGroupTagA(stack, 'Tag', { autoscalingGroupName: 'group', tag });
    });

  test('text that is evaluated from text that is not', () => {
    expect(tagged('${file("/etc/os-release")}')).toBe('BUG evaluated: file("/etc/os-release")');
    expect(tagged('%{if}')).toMatch(/^BUG has a template directive/);
    expect(tagged('$${file("/etc/os-release")}%%{if}')).toBe('text');
  });

  test('a reference from one that has become text', () => {
    const withTag = (text: string): Program => {
      return (stack) => {
        const tag = { key: 'k', value: text, propagateAtLaunch: false };
        new AutoscalingGroupTagA(stack, 'Tag', { autoscalingGroupName: 'group', tag });
      };
    };
    expect(verdictOfReference(withTag, false)).toBe('reference');
    expect(verdictOfReference((text) => withTag(`$${text}`), false)).toMatch(/^BUG not a reference/);
    expect(verdictOfReference(withTag, true)).toBe('BUG evaluated: y');
  });

  test('a crash from a refusal', () => {
    const crash = () => () => {
      throw new TypeError('x');
    };
    expect(verdictOfText(crash)).toBe('BUG x');
    expect(verdictOfText(() => () => void GpuType.of('x'))).toBe('refused UNKNOWN_VALUE');
  });
});
