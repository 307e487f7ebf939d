/** What Terraform makes of a string without references: the inverse of `escapeTemplate`. */
export function unescapeTemplate(text: string): string {
  return text.replace(/([$%])\1\{/g, '$1{');
}
