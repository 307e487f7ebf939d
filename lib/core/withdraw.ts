import { IConstruct } from 'constructs';

/**
 * Removes what a constructor that throws has made from the tree, the construct itself first of all, so that nothing half-made counts and
 * its id is free again.
 *
 * @internal
 */
export function withdraw(...made: (IConstruct | undefined)[]): void {
  for (const construct of made) construct?.node.scope?.node.tryRemoveChild(construct.node.id);
}

/**
 * Removes everything from the tree of a scope that was put into it since: what constructs that throw made of others too, such as the
 * providers and namespaces of a stack.
 *
 * @param scope any construct of the tree
 * @returns what removes it
 *
 * @internal
 */
export function withdrawal(scope: IConstruct): () => void {
  const { root } = scope.node;
  const before = new Set(root.node.findAll());
  return () => {
    for (const construct of root.node.findAll()) {
      const parent = construct.node.scope;
      if (!before.has(construct) && parent && before.has(parent)) parent.node.tryRemoveChild(construct.node.id);
    }
  };
}
