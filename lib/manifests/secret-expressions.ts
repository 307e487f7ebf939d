import { TerraformJson } from '../core/synthesized-json';

/**
 * Attributes of providers that are secret by what they are for: random passwords, private keys, and what is read from stores of secrets.
 *
 * @see https://registry.terraform.io/providers/hashicorp/random/latest/docs/resources/password
 * @see https://registry.terraform.io/providers/hashicorp/tls/latest/docs/resources/private_key
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/secretsmanager_secret_version
 */
const SECRET_ATTRIBUTES = [
  /^(ephemeral\.)?random_password\.[\w-]+\.(result|bcrypt_hash)$/,
  /^tls_private_key\.[\w-]+\.private_key_/,
  /^((data|ephemeral)\.)?aws_secretsmanager_secret_version\.[\w-]+\.secret_(string|binary)$/,
  /^((data|ephemeral)\.)?aws_ssm_parameter\.[\w-]+\.value$/,
  /^((data|ephemeral)\.)?kubernetes_secret_v1\.[\w-]+\.(data|binary_data)\b/,
];

/**
 * Whether an expression of Terraform is secret: a variable that is declared so, or an attribute that is.
 *
 * @param expression without `${}`
 * @param json the stack it stands in
 *
 * @internal
 */
export function isSecretExpression(expression: string, json: TerraformJson): boolean {
  const [, variable] = /^var\.([\w-]+)/.exec(expression) ?? [];
  if (variable !== undefined) return json.variable?.[variable]?.sensitive === true;
  return SECRET_ATTRIBUTES.some((form) => form.test(expression));
}
