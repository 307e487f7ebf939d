/**
 * A name for a Kubernetes object (RFC 1123 label): lower case, digits and hyphens, at most `max` characters.
 *
 * @internal
 */
export function kubernetesName(text: string, max = 63): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, max)
    .replace(/^-+|-+$/g, '');
  return name || 'x';
}

/**
 * The fault to report when a text is no RFC 1123 label; nothing when it is one.
 *
 * @internal
 */
export function kubernetesNameFault(property: string, text: string, max = 63): string[] {
  if (text.length <= max && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)) return [];
  return [
    `${property} must be an RFC 1123 label (lower-case letters, digits and hyphens, starting and ending with a letter or digit, ` +
      `at most ${max} characters); got '${text}'; for example '${kubernetesName(text, max)}'`,
  ];
}
