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
