import { escapeTemplate } from './template-escape';

/**
 * A policy document as the JSON text that AWS resources take. References in it remain, other text is text: a policy variable such as
 * `${aws:username}` reaches AWS as it is.
 *
 * @param document the policy
 *
 * @internal
 */
export function policyJson(document: object): string {
  return escapeTemplate(JSON.stringify(document));
}
