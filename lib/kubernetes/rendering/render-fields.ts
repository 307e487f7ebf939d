import { Fault, fault } from '../../units/fault';
import { ApiObject, apiName, BlockRule, Fields, Rule } from './attribute-rules';

/**
 * Renders one block of the Kubernetes provider by its rules, as the provider sends it to the API server.
 *
 * @param fields rules of the block
 * @param block the arguments as Terraform JSON has them
 * @param path path of the block, with a dot at its end; empty for the whole
 * @param faults list that unknown and invalid attributes are added to, by path
 *
 * @internal
 */
export function renderFields(fields: Fields, block: ApiObject, path: string, faults: Fault[]): ApiObject {
  for (const attribute of Object.keys(block)) {
    if (!Object.hasOwn(fields, attribute)) {
      const at = `${path}${attribute}`;
      faults.push(
        fault(
          'ATTRIBUTE_UNKNOWN',
          at,
          `attribute '${at}' is not an attribute of the Kubernetes provider 2.38.0; correct its name or leave it out`,
        ),
      );
    }
  }
  const result: ApiObject = {};
  for (const [attribute, rule] of Object.entries(fields)) {
    const rendered = renderAttribute(rule, block[attribute], `${path}${attribute}`, faults);
    if (rendered === undefined || rule.sort === 'dropped' || rule.sort === 'refused') continue;
    result[rule.to ?? apiName(attribute)] = rendered;
  }
  return result;
}

function renderAttribute(rule: Rule, given: unknown, path: string, faults: Fault[]): unknown {
  if (rule.sort === 'dropped') return undefined;
  if (given === undefined || given === null) return rule.sort === 'refused' ? undefined : rule.fallback;
  if (rule.sort === 'refused') {
    faults.push(fault('ATTRIBUTE_NOT_RENDERED', path, `attribute '${path}' cannot be rendered because ${rule.why}`));
    return undefined;
  }
  if (rule.sort === 'block') return renderBlock(rule, given, path, faults);
  try {
    return rule.read(given);
  } catch (error) {
    faults.push(
      fault('ATTRIBUTE_INVALID', path, `attribute '${path}' ${(error as Error).message}; got ${JSON.stringify(given)}`),
    );
    return undefined;
  }
}

function renderBlock(rule: BlockRule, given: unknown, path: string, faults: Fault[]): unknown {
  const items: unknown[] = Array.isArray(given) ? given : [given];
  if (items.length === 0) return rule.fallback;
  if (!items.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))) {
    faults.push(fault('ATTRIBUTE_INVALID', path, `attribute '${path}' must be a block; got ${JSON.stringify(given)}`));
    return undefined;
  }
  const objects = (items as ApiObject[]).flatMap((item, index) => {
    const rendered = renderFields(rule.fields, item, `${path}${rule.many ? `[${index}]` : ''}.`, faults);
    return rule.reshape ? rule.reshape(rendered) : rendered;
  });
  if (objects.length === 0) return undefined;
  if (rule.unordered) return unorderedItems(objects);
  return rule.many ? objects : objects[0];
}

function unorderedItems(objects: ApiObject[]): ApiObject[] {
  const byText = new Map(objects.map((item) => [JSON.stringify(item), item]));
  return [...byText.keys()].sort().map((key) => byText.get(key) as ApiObject);
}
