/**
 * Escapes text that Terraform must not take for a template: `${` and `%{` as Prometheus, Grafana and shell use them.
 *
 * Every string of Terraform JSON is a template, so a dashboard's `${datasource}` would be an unknown reference. A cdktf token
 * within the text stays what it is: a reference.
 *
 * @param text what the program that reads it must see in the end
 *
 * @internal
 */
export function escapeTemplate(text: string): string {
  return text.replace(/([$%])\{(?!TfToken\[)/g, '$1$1{');
}
