import { conditional, Fn, TerraformStack, TerraformVariable, Token } from 'cdktf';

/**
 * What cdktf's functions return where a list of texts belongs: lists of one token, but also texts and objects, since cdktf types many of them
 * `any`; and references that a user writes as text.
 */
export const LIST_REFERENCES: { readonly [name: string]: (list: TerraformVariable) => any } = {
  'a variable': ({ listValue }) => listValue,
  'a variable of any type': ({ value }) => value,
  'a variable as text': ({ stringValue }) => stringValue,
  slice: ({ listValue }) => Fn.slice(listValue, 0, 2),
  concat: ({ listValue }) => Fn.concat([listValue, ['a']]),
  flatten: ({ listValue }) => Fn.flatten([listValue, ['a']]),
  compact: ({ listValue }) => Fn.compact(listValue),
  distinct: ({ listValue }) => Fn.distinct(listValue),
  tolist: ({ listValue }) => Fn.tolist(listValue),
  toset: ({ listValue }) => Fn.toset(listValue),
  sort: ({ listValue }) => Fn.sort(listValue),
  reverse: ({ listValue }) => Fn.reverse(listValue),
  split: ({ stringValue }) => Fn.split(',', stringValue),
  keys: ({ value }) => Fn.keys(value),
  lookup: ({ value }) => Fn.lookup(value, 'a'),
  jsondecode: ({ stringValue }) => Fn.jsondecode(stringValue),
  conditional: ({ listValue }) => conditional(true, listValue, ['a']),
  'a reference as text': ({ fqn }) => Token.asList(fqn.length > 0 ? '${var.given}' : ''),
};

/** The variable that all of them come from. */
export function givenList(stack: TerraformStack): TerraformVariable {
  return new TerraformVariable(stack, 'given', { type: 'list(string)' });
}
