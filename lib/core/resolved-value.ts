import { DefaultTokenResolver, StringConcat, TerraformStack, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';

/**
 * Attributes of a resource as Terraform reads them.
 *
 * @internal
 */
/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the provider's schema, which has no type */
export type Attributes = { readonly [attribute: string]: any };

/**
 * A value of a resource or provider with its tokens resolved; what only Terraform knows is an expression in `${}`.
 *
 * @internal
 */
export function resolvedValue(element: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, {
    scope: TerraformStack.of(element),
    resolver: new DefaultTokenResolver(new StringConcat()),
  });
}
