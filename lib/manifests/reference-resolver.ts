import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { TerraformJson } from '../core/synthesized-json';
import { isSecretExpression } from './secret-expressions';
import { parseReference, parseTemplate, Step } from './terraform-template';

/**
 * Replaces the references in a synthesized stack by values: values passed by the caller, and literals of the stack itself or of the stack
 * in the same app that an output comes from.
 *
 * @internal
 */
export class ReferenceResolver {
  private readonly running = new Set<string>();

  /**
   * @param json the synthesized stack
   * @param values values by the text of the expression, e.g. `aws_iam_role.pod.arn`
   * @param remote the resolver of the stack that a remote state data source reads
   * @param refusesSecrets whether what Terraform knows to be secret is a fault, whatever its value @default false
   */
  public constructor(
    private readonly json: TerraformJson,
    private readonly values: { [expression: string]: unknown },
    private readonly remote: (dataSource: string) => ReferenceResolver | undefined,
    private readonly refusesSecrets = false,
  ) {}

  /**
   * A value without references.
   *
   * @param value a value of Terraform JSON
   * @param path the attribute, for the faults
   * @param faults where each reference without a value is reported
   */
  public resolve(value: unknown, path: string, faults: Fault[]): unknown {
    if (typeof value === 'string') {
      try {
        return this.resolveText(value);
      } catch (error) {
        faults.push(...attributeFaults(error, path));
        return undefined;
      }
    }
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, `${path}[${index}]`, faults));
    if (typeof value === 'object' && value !== null) {
      const prefix = path && `${path}.`;
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [
          String(this.resolve(key, `${prefix}${key}`, faults)),
          this.resolve(member, `${prefix}${key}`, faults),
        ]),
      );
    }
    return value;
  }

  private resolveText(template: string): unknown {
    const parts = parseTemplate(template);
    if (parts.length === 1) return parts[0].literal ?? this.evaluate(parts[0].expression as string);
    return parts
      .map((part) => part.literal ?? asText(this.evaluate(part.expression as string), part.expression))
      .join('');
  }

  private evaluate(expression: string): unknown {
    if (this.refusesSecrets && isSecretExpression(expression, this.json)) {
      const reason = `refers to '${expression}', a secret, which must not be in a file; name a Kubernetes secret instead (a SecretReference), whose value it takes at the site`;
      throw refusal(fault('SECRET_IN_MANIFEST', undefined, reason));
    }
    if (Object.hasOwn(this.values, expression)) return this.values[expression];
    if (/^(-?\d+(\.\d+)?|true|false)$/.test(expression)) return JSON.parse(expression);
    const quoted = /^"((?:[^"\\$%]|\\.|[$%](?!\{)|\$\{[^"{}]*\})*)"$/.exec(expression);
    if (quoted) return this.resolveText(JSON.parse(`"${quoted[1]}"`) as string);
    const encoded = /^jsonencode\((.*)\)$/s.exec(expression);
    if (encoded) return JSON.stringify(this.evaluate(encoded[1].trim()));
    const steps = parseReference(expression);
    if (!steps) throw this.unresolved(expression);
    if (this.running.has(expression))
      throw refusal(
        fault('REFERENCE_CIRCULAR', undefined, `refers to itself through '${expression}'; break the cycle`),
      );
    this.running.add(expression);
    try {
      return this.follow(steps, expression);
    } finally {
      this.running.delete(expression);
    }
  }

  private follow(steps: Step[], expression: string): unknown {
    const [first, second, third, fourth] = steps;
    if (first === 'data' && second === 'terraform_remote_state' && fourth === 'outputs') {
      const producer = this.remote(String(third));
      if (!producer) throw this.unresolved(expression);
      return producer.walk(producer.json.output, [steps[4], 'value', ...steps.slice(5)], expression);
    }
    if (first === 'var') return this.walk(this.json.variable, [second, 'default', ...steps.slice(2)], expression);
    if (first === 'local') return this.walk(this.json.locals, steps.slice(1), expression);
    return this.walk(first === 'data' ? undefined : this.json.resource, steps, expression);
  }

  private walk(start: unknown, steps: Step[], expression: string): unknown {
    let here: unknown = start;
    for (const [index, step] of steps.entries()) {
      if (typeof here === 'string') return this.walk(this.resolveText(here), steps.slice(index), expression);
      // A single block is an object in JSON, but a list of one in references.
      if (step === 0 && typeof here === 'object' && here !== null && !Array.isArray(here)) continue;
      if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) throw this.unresolved(expression);
      here = (here as { [step: Step]: unknown })[step];
    }
    if (here === undefined || here === null) throw this.unresolved(expression);
    if (typeof here === 'string') return this.resolveText(here);
    if (typeof here === 'object') {
      const faults: Fault[] = [];
      const resolved = this.resolve(here, expression, faults);
      if (faults.length > 0) throw this.unresolved(expression);
      return resolved;
    }
    return here;
  }

  private unresolved(expression: string): Error {
    return refusal(
      fault(
        'REFERENCE_WITHOUT_VALUE',
        undefined,
        `refers to '${expression}', which only Terraform knows; pass its value in values: { '${expression}': ... }`,
      ),
    );
  }
}

function asText(value: unknown, expression: string | undefined): string {
  if (typeof value === 'object' && value !== null)
    throw new Error(`inserts '${expression}', a list or a map, into text; encode it with jsonencode(...)`);
  return String(value);
}

function refusal(one: Fault): UnscopedValidationError {
  return new UnscopedValidationError([one]);
}

/** The faults of the value of an attribute; an error without an id is a template that cannot be parsed. */
function attributeFaults(error: unknown, path: string): Fault[] {
  const found = UnscopedValidationError.isValidationError(error)
    ? (error as UnscopedValidationError).faults
    : [fault('TEMPLATE_NOT_RENDERED', undefined, (error as Error).message)];
  return found.map(({ id, reason }) => fault(id, path || undefined, `attribute '${path}' ${reason}`));
}
