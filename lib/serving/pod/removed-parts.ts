import { Construct, IConstruct } from 'constructs';
import { isInTree } from '../../core/cluster-ledger';
import { addValidation } from '../../core/validation';
import { fault } from '../../units/fault';

/**
 * Refuses, when the app is synthesized, parts of a deployment that were removed from the construct tree, before or after it was made: what
 * is synthesized would refer to resources that nothing makes.
 *
 * @param deployment what uses them
 * @param parts the parts by their property
 *
 * @internal
 */
export function refuseRemovedParts(deployment: Construct, parts: { readonly [property: string]: IConstruct }): void {
  addValidation(deployment, () =>
    Object.entries(parts)
      .filter(([, part]) => !isInTree(part))
      .map(([property, part]) => {
        const reason = `${property} '${part.node.path}' was removed from the construct tree, but '${deployment.node.path}' uses it; keep it, or remove both`;
        return fault('REMOVED_PART', property, reason);
      }),
  );
}
