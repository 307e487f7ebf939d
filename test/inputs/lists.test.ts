import { Fn, TerraformOutput, Token } from 'cdktf';
import { textList } from '../../lib/core/text-list';
import { synthesize } from '../support/synth';
import { givenList, LIST_REFERENCES } from './list-references';
import { LIST_VERDICTS, OF_A_FABRIC } from './list-verdicts';
import { publicTexts } from './public-values';
import { programOf } from './string-programs';
import { Verdict, verdictOfList } from './verdicts';
import { WITHOUT_PROGRAM } from './without-program';

const isExcluded = (name: string) => OF_A_FABRIC.test(name) || WITHOUT_PROGRAM.some(({ values }) => values.test(name));
const lists = publicTexts().filter(({ name, shape }) => (shape === 'list' || shape === 'lists') && !isExcluded(name));

/** The verdict on a list, which is the same whatever function of cdktf it comes from. */
function verdictOf({ name }: (typeof lists)[number]): Verdict | { [from: string]: Verdict } {
  const program = programOf(name);
  if (!program) throw new Error(`${name} has no program in test/inputs/string-programs-*.ts`);
  const found = Object.entries(LIST_REFERENCES).map(([from, make]) => [from, verdictOfList(make, program)] as const);
  const [[, first]] = found;
  return found.every(([, verdict]) => verdict === first) ? first : Object.fromEntries(found);
}

test('all lists of the public API are found', () => {
  expect(lists.length).toBeGreaterThan(20);
  expect(lists.map(({ name }) => name)).toContain('EksClusterAttributes.subnetIds');
});

test('every row is of a list that exists', () => {
  const names = lists.map(({ name }) => name);
  expect(Object.keys(LIST_VERDICTS).filter((name) => !names.includes(name))).toEqual([]);
});

describe("every list takes what cdktf's functions return, or says that it must be known", () => {
  test.each(lists.map((value) => [value.name, value] as const))('%s', (name, value) => {
    expect({ [name]: verdictOf(value) }).toEqual({ [name]: LIST_VERDICTS[name] });
  });
});

describe('a verdict tells', () => {
  const written = (make: (list: any) => unknown) =>
    verdictOfList(
      ({ listValue }) => listValue,
      (list) => (stack) => void new TerraformOutput(stack, 'out', { value: make(list) }),
    );

  test('a reference from characters and from braces within braces', () => {
    expect(written((list) => list)).toBe('reference');
    expect(written(() => [...Fn.slice(['a'], 0, 1)])).toMatch(/^BUG not a reference/);
    expect(written(() => Fn.element(Token.asList('${var.given}'), 0))).toMatch(/^BUG not an expression/);
  });
});

test('a list that was taken in is the same list for cdktf', () => {
  const { json } = synthesize((stack) => {
    const list = textList(Fn.slice(givenList(stack).listValue, 0, 2));
    const written = textList(Token.asList('${module.vpc.subnets}'));
    const nested = textList(Token.asList('${{ for k, v in var.given : k => "}" }}'));
    new TerraformOutput(stack, 'list', { value: list });
    new TerraformOutput(stack, 'first', { value: Fn.element(list, 0) });
    new TerraformOutput(stack, 'written', { value: written });
    new TerraformOutput(stack, 'firstWritten', { value: Fn.element(written, 0) });
    new TerraformOutput(stack, 'nested', { value: Fn.lengthOf(nested) });
    new TerraformOutput(stack, 'known', { value: textList(['a', 'b']) });
  });
  const values = Object.fromEntries(Object.entries(json.output).map(([name, { value }]: any) => [name, value]));
  expect(values).toEqual({
    list: '${slice(var.given, 0, 2)}',
    first: '${element(slice(var.given, 0, 2), 0)}',
    written: '${module.vpc.subnets}',
    firstWritten: '${element(module.vpc.subnets, 0)}',
    nested: '${length({ for k, v in var.given : k => "}" })}',
    known: ['a', 'b'],
  });
});
