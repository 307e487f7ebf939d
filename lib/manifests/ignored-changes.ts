import { TerraformJson } from '../core/synthesized-json';
import { apiName, Fields } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { parseReference, Step } from './terraform-template';

/**
 * The fields of an object that Terraform leaves to others (`lifecycle.ignore_changes`), as JSON pointers.
 *
 * @param fields rules of its type
 * @param block the resource
 * @param faults where attributes are added that cannot be told
 * @see https://www.rfc-editor.org/rfc/rfc6901
 *
 * @internal
 */
export function ignoredPointers(fields: Fields, block: TerraformJson, faults: Fault[]): string[] {
  const given: unknown = block.lifecycle?.ignore_changes ?? [];
  const attributes = Array.isArray(given) ? (given as string[]) : [String(given)];
  return attributes.flatMap((attribute) => {
    const pointer = pointerOf(fields, parseReference(attribute) ?? []);
    if (pointer) return [pointer];
    const reason = `ignores changes of '${attribute}', which cannot be told to a GitOps engine; name attributes of the object, such as spec[0].replicas`;
    faults.push(fault('IGNORED_CHANGES_NOT_RENDERED', 'lifecycle.ignore_changes', reason));
    return [];
  });
}

function pointerOf(fields: Fields, steps: readonly Step[]): string | undefined {
  const [attribute, ...rest] = steps;
  if (attribute === undefined) return '';
  const rule = Object.hasOwn(fields, attribute) ? fields[attribute] : undefined;
  if (!rule || rule.sort === 'dropped' || rule.sort === 'refused') return undefined;
  const here = `/${rule.to ?? apiName(String(attribute))}`;
  if (rule.sort === 'value') return [here, ...rest.map(escaped)].join('/');
  const [index, ...after] = rest;
  const within = pointerOf(rule.fields, typeof index === 'number' ? after : rest);
  if (within === undefined) return undefined;
  return `${here}${rule.many && typeof index === 'number' ? `/${index}` : ''}${within}`;
}

function escaped(step: Step): string {
  return String(step).replace(/~/g, '~0').replace(/\//g, '~1');
}
