import { deploymentV1SpecTemplateToTerraform } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { throwIfFaulty } from '../units/errors';
import { Fault } from '../units/fault';
import { Attributes } from '../core/resolved-value';
import { PodTemplate } from './pod-template';
import { ApiObject } from './rendering/attribute-rules';
import { servicePods } from './rendering/pod-rules';
import { renderFields } from './rendering/render-fields';
import { canonicalQuantity } from './quantity';

/**
 * A pod template as Terraform JSON has it, for workloads that are no resource of the Kubernetes provider.
 *
 * @internal
 */
export function podAttributes(template: PodTemplate): Attributes {
  return deploymentV1SpecTemplateToTerraform(template) as Attributes;
}

/** What holds quantities in a pod. */
const QUANTITIES = ['limits', 'requests', 'sizeLimit'];

/**
 * A pod template as the Kubernetes API has it: what the provider would send for it, so that pods are the same whatever runs them. Its quantities
 * are canonical, since webhooks of controllers write them so, and an apply would change them back.
 *
 * @param template pod template whose text is not escaped
 *
 * @internal
 */
export function podObject(template: PodTemplate): ApiObject {
  const faults: Fault[] = [];
  const object = renderFields(servicePods.fields, podAttributes(template), '', faults);
  throwIfFaulty(faults);
  return canonical(object) as ApiObject;
}

function canonical(value: unknown, isQuantity = false): unknown {
  if (typeof value === 'string') return isQuantity ? canonicalQuantity(value) : value;
  if (Array.isArray(value)) return value.map((each) => canonical(each));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    canonical(member, isQuantity || QUANTITIES.includes(name)),
  ]);
  return Object.fromEntries(members);
}
