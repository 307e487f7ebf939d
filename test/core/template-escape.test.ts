import { Fn, Lazy, TerraformOutput, TerraformVariable } from 'cdktf';
import { escapeTemplate, escapeTemplates } from '../../lib/core/template-escape';
import { synthesize } from '../support/synth';

test.each([
  ['${', '$${'],
  ['$${', '$$${'],
  ['%{if}', '%%{if}'],
  ['$%{', '$%%{'],
  ['a$', 'a$'],
  ['100%', '100%'],
  ['{{ $labels.pod }}', '{{ $labels.pod }}'],
  ['${a}${b}', '$${a}$${b}'],
])('%s is written as %s', (text, written) => {
  expect(escapeTemplate(text)).toBe(written);
});

test('a long run of dollars is as it was', () => {
  const text = '$'.repeat(1_000_000);
  expect(escapeTemplate(text)).toBe(text);
});

test('a reference remains one, whatever is around it', () => {
  const { json } = synthesize((stack) => {
    const given = new TerraformVariable(stack, 'given', { type: 'string' }).stringValue;
    const text = {
      plain: `a${given}b`,
      dollar: `$${given}`,
      dollars: `US$$${given}`,
      percent: `%${given}`,
      both: `\${x}${given}`,
    };
    new TerraformOutput(stack, 'out', { value: escapeTemplates(text) });
  });
  expect(json.output.out.value).toEqual({
    plain: 'a${var.given}b',
    dollar: '${"$"}${var.given}',
    dollars: 'US${"$$"}${var.given}',
    percent: '%${var.given}',
    both: '$${x}${var.given}',
  });
});

test('texts at any depth, keys too; nothing else', () => {
  const lazy = Lazy.stringValue({ produce: () => 'x' });
  const date = new Date(0);
  const value = { '${k}': ['%{v}', { deep: '${d}' }], number: 1, none: undefined, nothing: null, date };
  expect(escapeTemplates(value)).toEqual({
    '$${k}': ['%%{v}', { deep: '$${d}' }],
    number: 1,
    none: undefined,
    nothing: null,
    date,
  });
  expect(escapeTemplates(value)['date']).toBe(date);
  expect(escapeTemplates({ lazy }).lazy).toBe(lazy);
  const list = Fn.split(',', 'a,b');
  expect(escapeTemplates({ list }).list).toEqual(list);
});
