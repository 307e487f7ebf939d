import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';

/**
 * Splits what a construct must wait for: dependables of its own stack become `depends_on`; for those of other stacks the whole
 * stack is made to depend on theirs, because Terraform has no dependency across states.
 *
 * @internal
 */
export function dependOn(scope: Construct, dependables: readonly ITerraformDependable[]): ITerraformDependable[] {
  const own = TerraformStack.of(scope);
  return dependables.filter((dependable) => {
    // An address that a program names itself is one of this stack.
    if (!Construct.isConstruct(dependable)) return true;
    const theirs = TerraformStack.of(dependable as unknown as IConstruct);
    if (theirs === own) return true;
    if (!own.dependsOn(theirs)) own.addDependency(theirs);
    return false;
  });
}
