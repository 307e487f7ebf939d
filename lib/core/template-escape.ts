/**
 * Escapes text that Terraform must not treat as a template: `${` and `%{` as Prometheus, Grafana and shell use them.
 *
 * Every string of Terraform JSON is a template, so a dashboard's `${datasource}` would be an unknown reference. A cdktf token within the
 * text remains a reference.
 *
 * @param text the text that the program reading it must see
 *
 * @internal
 */
export function escapeTemplate(text: string): string {
  return text.replace(/([$%])\{(?!TfToken\[)/g, '$1$1{');
}
