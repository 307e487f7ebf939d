import { TerraformResource } from 'cdktf';
import { Attributes, resolvedValue } from '../core/resolved-value';

/**
 * The attributes of a resource as they are synthesized, overrides included; tokens are not resolved.
 *
 * @internal
 */
export function synthesizedAttributes(resource: TerraformResource): Attributes {
  const { terraformResourceType: type } = resource;
  const [attributes] = Object.values(resource.toTerraform()?.resource?.[type] ?? {});
  return attributes as Attributes;
}

/**
 * A single block, whether it is an object or a list.
 *
 * @internal
 */
export function singleBlock(value: unknown): Attributes {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'object' && first !== null ? first : {};
}

/**
 * What tells the object of a resource of the Kubernetes provider from others, overrides included.
 *
 * @internal
 */
export interface ObjectIdentity {
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly labels?: unknown;
  /** Whether Terraform makes a number of them. */
  readonly isRepeated: boolean;
}

/** @internal */
export function objectIdentity(resource: TerraformResource): ObjectIdentity {
  const { metadata, count, for_each: each } = synthesizedAttributes(resource) ?? {};
  const { name, namespace, labels } = singleBlock(resolvedValue(resource, singleBlock(metadata)));
  return { name, namespace, labels, isRepeated: (count ?? each) !== undefined };
}
