import {
  DefaultTokenResolver,
  StringConcat,
  TerraformElement,
  TerraformResource,
  TerraformStack,
  Tokenization,
} from 'cdktf';

/**
 * Attributes of a resource as Terraform reads them.
 *
 * @internal
 */
/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the provider's schema, which has no type */
export type Attributes = { readonly [attribute: string]: any };

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
 * A value of a resource or provider with its tokens resolved; what only Terraform knows is an expression in `${}`.
 *
 * @internal
 */
export function resolvedValue(element: TerraformElement, value: unknown): unknown {
  return Tokenization.resolve(value, {
    scope: TerraformStack.of(element),
    resolver: new DefaultTokenResolver(new StringConcat()),
  });
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
