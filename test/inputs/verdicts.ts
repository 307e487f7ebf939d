import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import { parseTemplate } from '../../lib/manifests/terraform-template';
import { UnscopedValidationError } from '../../lib/units';
import { synthStack, testStack } from '../support/synth';
import { Shape } from './public-values';
import { Program } from './string-programs-compute';
import { idsOf } from '../support/faults';
import { givenList } from './list-references';

/**
 * What became of a value. `text`: it is escaped wherever it is; `reference`: it reaches Terraform as one; `refused`: there is an error of
 * ours, told by its ids and properties; `unused`: no resource has it. Anything else is a bug.
 */
export type Verdict = 'text' | 'reference' | `refused ${string}` | 'unused' | `BUG ${string}`;

/** Text that Terraform would evaluate. */
export const HOSTILE = 'x${file("/etc/os-release")}%{if}';

/** A text in the shape of a property; for maps once as a value, once as a key, and once within a value of any type. */
export function shaped(shape: Shape, text: string): unknown[] {
  switch (shape) {
    case 'text':
      return [text];
    case 'list':
      return [[text]];
    case 'lists':
      return [[[text]]];
    case 'map':
      return [{ k: text }, { [text]: 'v' }];
    case 'values':
      return [{ k: text }, { [text]: 'v' }, { k: { deep: [text] } }];
    case 'objects':
      return [[{ k: text }], [{ [text]: 'v' }], [{ k: { deep: [text] } }]];
  }
}

/** Of text that looks like a template. */
export function verdictOfText(program: (text: string) => Program): Verdict {
  return verdict(
    () => program(HOSTILE),
    ({ literals, expressions }) => {
      // In an expression cdktf quotes a text, and escapes it once more.
      const raw = expressions.find((text) => /(^|[^$])\$\{file\(|^file\(/.test(text));
      if (raw !== undefined) return `BUG evaluated: ${raw}`;
      return [...literals, ...expressions].some((text) => text.includes('os-release')) ? 'text' : 'unused';
    },
  );
}

/** Of a reference, or of a reference within text that looks like a template. */
export function verdictOfReference(program: (text: string) => Program, within: boolean): Verdict {
  return verdict(
    (stack) => {
      const token = Fn.upper(new TerraformVariable(stack, 'given', { type: 'string' }).stringValue);
      return program(within ? `x${token}\${y}` : token);
    },
    ({ literals, expressions }) => {
      const lost = literals.find((text) => /upper\(|TfToken/.test(text));
      if (lost !== undefined) return `BUG not a reference: ${lost}`;
      const raw = expressions.find((text) => text === 'y');
      if (raw !== undefined) return `BUG evaluated: ${raw}`;
      return expressions.some((text) => text.includes('upper(var.given)')) ? 'reference' : 'unused';
    },
  );
}

/** Of a whole list that only Terraform knows. */
export function verdictOfList(
  make: (list: TerraformVariable) => unknown,
  program: (list: unknown) => Program,
): Verdict {
  return verdict(
    (stack) => program(make(givenList(stack))),
    ({ literals, expressions }) => {
      // A list token taken apart, or a reference that has become text.
      const lost = literals.find((text) => /TfToken|var\.given|^\$$/.test(text));
      if (lost !== undefined) return `BUG not a reference: ${lost}`;
      const nested = expressions.find((text) => text.replace(/"(\\.|[^"\\])*"/g, '').includes('${'));
      if (nested !== undefined) return `BUG not an expression: ${nested}`;
      return expressions.some((text) => text.includes('var.given')) ? 'reference' : 'unused';
    },
  );
}

/** The literal texts and the expressions in all strings of a stack. */
interface Parts {
  readonly literals: string[];
  readonly expressions: string[];
}

function verdict(make: (stack: TerraformStack) => Program, judge: (parts: Parts) => Verdict): Verdict {
  try {
    const stack = testStack();
    make(stack)(stack);
    const strings = stringsOf(synthStack(stack).json);
    const parts = strings.flatMap(parseTemplate);
    return judge({
      literals: parts.flatMap(({ literal }) => (literal === undefined ? [] : [literal])),
      expressions: parts.flatMap(({ expression }) => (expression === undefined ? [] : [expression])),
    });
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Validation failed')) return 'refused at synthesis';
    if (!UnscopedValidationError.isValidationError(error)) return `BUG ${message.slice(0, 200)}`;
    return `refused ${[...new Set(idsOf((error as UnscopedValidationError).faults))].join(', ')}`;
  }
}

/** Every string of a value, keys too; not cdktf's own comments. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === '//' ? [] : [key, ...stringsOf(each)]));
}
