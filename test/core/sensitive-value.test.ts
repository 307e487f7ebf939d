import { Fn, TerraformResource, TerraformVariable } from 'cdktf';
import { isSensitiveValue } from '../../lib/core/sensitive-value';
import { testStack } from '../support/synth';

const stack = testStack();
const variable = (id: string, sensitive?: boolean) => new TerraformVariable(stack, id, { type: 'string', sensitive });
const attribute = (terraformResourceType: string, id: string, name: string) =>
  new TerraformResource(stack, id, { terraformResourceType }).getStringAttribute(name);

const [secret, open] = [variable('secret', true).stringValue, variable('secret_name').stringValue];

test.each([
  ['a sensitive variable', secret],
  ['text with one', `Bearer ${secret}`],
  ['a function of one', Fn.lower(secret)],
  ['a password that was made', attribute('random_password', 'Made', 'result')],
  ['a value of Secrets Manager', attribute('aws_secretsmanager_secret_version', 'Kept', 'secret_string')],
])('%s is sensitive', (_, value) => {
  expect(isSensitiveValue(stack, value)).toBe(true);
});

test.each([
  ['another variable', open],
  ['the length of a password', attribute('random_password', 'Long', 'length')],
  ['the id of a value', attribute('aws_secretsmanager_secret_version', 'Known', 'version_id')],
  ['text', 'var.secret'],
])('%s is not', (_, value) => {
  expect(isSensitiveValue(stack, value)).toBe(false);
  expect(isSensitiveValue(undefined, secret)).toBe(false);
});
