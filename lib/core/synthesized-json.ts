import { TerraformStack, Testing } from 'cdktf';

/** A part of Terraform JSON. @internal */
export interface TerraformJson {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [key: string]: any;
}

/**
 * The synthesized JSON of a stack, without writing anything: references between all stacks of the app are resolved, aspects
 * invoked and validations run, as `app.synth()` does.
 *
 * @internal
 */
export function synthesizedJson(stack: TerraformStack): TerraformJson {
  for (const construct of stack.node.root.node.findAll()) {
    if (TerraformStack.isStack(construct)) construct.prepareStack();
  }
  return JSON.parse(Testing.synth(stack, true)) as TerraformJson;
}
