/**
 * Text as Terraform must get it to see that text: `${` and `%{`, which shells, Prometheus and Grafana use too, are not evaluated.
 *
 * Every string of Terraform JSON is a template, so a dashboard's `${datasource}` would be an unknown reference, and a tag
 * `${file("...")}` would show a file. A cdktf token within the text remains a reference; a `$` just before one would make it text, and is
 * written as an expression.
 *
 * @param text the text that the program reading it must see
 *
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 *
 * @internal
 */
export function escapeTemplate(text: string): string {
  // What some functions of cdktf return is no text.
  if (typeof text !== 'string') return text;
  return text.replace(
    // Only from the first of several: a long run of them would be tried from each.
    /(?<!\$)(\$+)(?=\$\{TfToken\[)|([$%])\{(?!TfToken\[)/g,
    (_, dollars: string | undefined, sign: string) => (dollars === undefined ? `${sign}${sign}{` : `\${"${dollars}"}`),
  );
}

/**
 * Every text in a value as `escapeTemplate` writes it: the keys and values of maps, the elements of lists, at any depth. The configuration
 * of a resource goes through it once; lazy values, references and constructs in it stay as they are.
 *
 * @param value a text, a list, a plain object or anything else
 *
 * @internal
 */
export function escapeTemplates<T>(value: T): T {
  return escaped(value) as T;
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return escapeTemplate(value);
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [escapeTemplate(key), escaped(each)]));
}
