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
  prepareStacks(stack);
  return preparedJson(stack);
}

/**
 * The synthesized JSON of stacks, each made once: the time is linear in their number, also for hundreds in one app. Nothing may be added to the app
 * between two calls.
 *
 * @internal
 */
export function synthesizedJsons(): (stack: TerraformStack) => TerraformJson {
  const prepared = new Set<unknown>();
  const known = new Map<TerraformStack, TerraformJson>();
  return (stack) => {
    if (!prepared.has(stack.node.root)) prepareStacks(stack);
    prepared.add(stack.node.root);
    const json = known.get(stack) ?? preparedJson(stack);
    known.set(stack, json);
    return json;
  };
}

/** Resolves the references between all stacks of an app. */
function prepareStacks(stack: TerraformStack): void {
  for (const construct of stack.node.root.node.findAll()) {
    if (TerraformStack.isStack(construct)) construct.prepareStack();
  }
}

function preparedJson(stack: TerraformStack): TerraformJson {
  return JSON.parse(Testing.synth(stack, true)) as TerraformJson;
}
