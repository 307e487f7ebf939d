import { TerraformJson } from '../core/synthesized-json';

type Blocks = { readonly [type: string]: { readonly [id: string]: TerraformJson } };

/** An address of a resource wherever it stands: in `depends_on`, or within an expression. */
const ADDRESS = /\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\.([A-Za-z0-9_-]+)/g;

/**
 * In which order parts of a stack can be applied by what applies each part at once: after how many releases of charts, one after the other, a
 * resource comes by what it depends on in Terraform, itself or through others. What depends on none is in stage 1, what needs the definitions of such a
 * release in stage 2.
 *
 * @param json the synthesized stack
 * @param isChart whether a release is one of a chart, which may bring definitions
 * @returns the stage of a resource by its type and id
 *
 * @internal
 */
export function stagesOf(
  json: TerraformJson,
  isChart: (block: TerraformJson) => boolean,
): (type: string, id: string) => number {
  const resources = (json.resource ?? {}) as Blocks;
  const known = new Map<string, number>();
  const stage = (type: string, id: string): number => {
    const address = `${type}.${id}`;
    const found = known.get(address);
    if (found !== undefined) return found;
    // Terraform refuses cycles; text of a file that names the resource it stands in is none.
    known.set(address, 1);
    const after = [...JSON.stringify(resources[type][id]).matchAll(ADDRESS)].map(([, otherType, otherId]) => {
      const other = resources[otherType]?.[otherId];
      if (!other || (otherType === type && otherId === id)) return 1;
      return stage(otherType, otherId) + (otherType === 'helm_release' && isChart(other) ? 1 : 0);
    });
    const result = Math.max(1, ...after);
    known.set(address, result);
    return result;
  };
  return stage;
}
