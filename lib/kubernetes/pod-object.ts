import { deploymentV1SpecTemplateToTerraform } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { throwIfFaulty } from '../units/errors';
import { Fault } from '../units/fault';
import { Attributes } from '../core/resolved-value';
import { PodTemplate } from './pod-template';
import { ApiObject } from './rendering/attribute-rules';
import { servicePods } from './rendering/pod-rules';
import { renderFields } from './rendering/render-fields';

/**
 * A pod template as Terraform JSON has it, for workloads that are no resource of the Kubernetes provider.
 *
 * @internal
 */
export function podAttributes(template: PodTemplate): Attributes {
  return deploymentV1SpecTemplateToTerraform(template) as Attributes;
}

/**
 * A pod template as the Kubernetes API has it: what the provider would send for it, so that pods are the same whatever runs them.
 *
 * @param template pod template whose text is not escaped
 *
 * @internal
 */
export function podObject(template: PodTemplate): ApiObject {
  const faults: Fault[] = [];
  const object = renderFields(servicePods.fields, podAttributes(template), '', faults);
  throwIfFaulty(faults);
  return object;
}
