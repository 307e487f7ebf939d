import { Fault } from '../units/fault';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { renderFields } from '../kubernetes/rendering/render-fields';
import { withCanonicalQuantities } from './canonical-quantity';
import { KINDS } from './kinds';

/** Terraform's meta-arguments, which are not part of the object. */
const META_ARGUMENTS = new Set(['//', 'depends_on', 'lifecycle', 'provider']);

/**
 * Renders one resource of the Kubernetes provider, whose references are resolved, as an object of the Kubernetes API: the one
 * the provider sends to the API server when it creates the resource.
 *
 * @param type resource type, one of `KINDS`
 * @param block the arguments as Terraform JSON has them
 * @param faults list that unknown and invalid attributes are added to, by path
 *
 * @internal
 */
export function renderResource(type: string, block: ApiObject, faults: Fault[]): ApiObject {
  const { apiVersion, kind, fields } = KINDS[type];
  const own = Object.fromEntries(Object.entries(block).filter(([attribute]) => !META_ARGUMENTS.has(attribute)));
  return withCanonicalQuantities({ apiVersion, kind, ...renderFields(fields, own, '', faults) });
}
