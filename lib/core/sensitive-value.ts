import { TerraformElement, TerraformVariable } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { hasToken } from './tokens';
import { resolvedValue } from './resolved-value';

/** What providers make or read as a secret: passwords of the provider `random`, and values of AWS Secrets Manager. */
const SECRET_SOURCE = /\b(random_password\.[\w-]+\.result|aws_secretsmanager_secret_version\.[\w-]+\.secret_string)\b/;

/**
 * Whether a text holds what a program declares to be a secret, though only Terraform knows it: a variable that is sensitive, a password that was
 * made, or a value of a secret store.
 *
 * @param scope a construct of the program
 * @param value the text
 *
 * @internal
 */
export function isSensitiveValue(scope: IConstruct | undefined, value: string): boolean {
  if (!hasToken(value) || !Construct.isConstruct(scope)) return false;
  const expression = String(resolvedValue(scope, value));
  if (SECRET_SOURCE.test(expression)) return true;
  return (
    /\bvar\./.test(expression) && scope.node.root.node.findAll().some((each) => isSensitiveVariable(each, expression))
  );
}

function isSensitiveVariable(element: IConstruct, expression: string): boolean {
  if (!TerraformElement.isTerraformElement(element)) return false;
  const { sensitive, friendlyUniqueId } = element as TerraformVariable;
  return sensitive === true && new RegExp(`\\bvar\\.${friendlyUniqueId}(?![\\w-])`).test(expression);
}
