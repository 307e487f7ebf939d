import { IConstruct } from 'constructs';

/**
 * Whether a construct is still where it was made: `tryRemoveChild` takes it out of the tree, not out of memory.
 *
 * @internal
 */
export function isAttached(construct: IConstruct): boolean {
  const { scope, id } = construct.node;
  return scope === undefined || scope.node.tryFindChild(id) === construct;
}
