import { Fn, TerraformStack, Token } from 'cdktf';
import { escapeTemplate } from '../core/template-escape';
import { localChart } from './local-chart';

const CHART_ID = 'CustomResourcesChart';

/**
 * Path of the chart that renders raw resources.
 *
 * @internal
 */
export function customResourcesChart(stack: TerraformStack): string {
  return localChart(stack, CHART_ID, 'custom-resources');
}

/**
 * Whether the chart of a synthesized Helm release is ours.
 *
 * @internal
 */
export function isCustomResourcesChart(chart: unknown): boolean {
  return typeof chart === 'string' && chart.startsWith(`./assets/${CHART_ID}/`);
}

/**
 * The chart's values as JSON text for Terraform: literal text is escaped, a referenced value is encoded by Terraform.
 *
 * @internal
 */
export function customResourcesValues(resources: readonly unknown[]): string {
  return `{"resources":${encode(resources)}}`;
}

function encode(value: unknown): string {
  if (Token.isUnresolved(value)) {
    // A number needs no quotes.
    if (typeof value === 'number') return Token.asString(value);
    // Terraform fills in a text that contains a reference, and encodes a value that is a single reference.
    return typeof value === 'string' && !isOneToken(value)
      ? escapeTemplate(JSON.stringify(value))
      : Fn.jsonencode(value);
  }
  if (Array.isArray(value))
    return `[${value
      .filter((item) => item !== undefined)
      .map(encode)
      .join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${encode(key)}:${encode(member)}`).join(',')}}`;
  }
  return escapeTemplate(JSON.stringify(value));
}

function isOneToken(text: string): boolean {
  return /^\$\{TfToken\[[^\]]+\]\}$/.test(text);
}
