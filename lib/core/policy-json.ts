import { Fn, Token } from 'cdktf';
import { escapeTemplate } from './template-escape';

/**
 * A policy document as the JSON text that AWS resources take. References in it remain, other text is text: a policy variable such as
 * `${aws:username}` reaches AWS as it is. A list that only Terraform knows becomes JSON when Terraform knows it.
 *
 * @param document the policy
 *
 * @internal
 */
export function policyJson(document: object): string {
  const lists: string[] = [];
  const text = JSON.stringify(document, (_, value: unknown) => {
    if (!Array.isArray(value) || !Token.isUnresolved(value)) return value;
    lists.push(Token.asString(Fn.jsonencode(value)));
    return `list-${lists.length - 1}-of-terraform`;
  });
  return lists.reduce((json, list, index) => json.replace(`"list-${index}-of-terraform"`, list), escapeTemplate(text));
}
