import { Fault, fault } from './fault';
import { quotedText } from './message-text';
import { editDistance, nearNames } from './near-names';
import { propertySynonyms } from './property-synonyms';

/** Properties of other structs that a struct is often given, and that the construct refuses with a reason of its own. */
const SAID_ELSEWHERE: { readonly [struct: string]: readonly string[] | undefined } = {
  KarpenterGpuNodePoolProps: ['autoscaling', 'gpuSharing', 'initialNodes', 'nodeRepair'],
  VllmModelProps: ['dynamicBatching'],
  TopologyKarpenterPool: ['autoscaling', 'gpuSharing', 'initialNodes', 'nodeRepair'],
};

/** Most faults of one object: one of another kind has no property of the struct at all. */
const MOST = 10;
/** Most names that a sentence lists. */
const MOST_LISTED = 12;

/**
 * The faults of properties that a struct does not have. The compiler says so of literals alone, not of what is spread into them, and nothing
 * says so to programs without types: what was meant would be left out without a word.
 *
 * @param struct name of the struct
 * @param known the names of its properties
 * @param names the names that were given and that it does not have
 * @param path path of the struct; empty for that of a construct
 *
 * @internal
 */
export function unknownPropertyFaults(
  struct: string,
  known: readonly string[],
  names: readonly string[],
  path: string,
): Fault[] {
  return names
    .filter((name) => !SAID_ELSEWHERE[struct]?.includes(name))
    .slice(0, MOST)
    .map((name) => {
      const property = path === '' ? name : `${path}.${name}`;
      const reason = `${path === '' ? '' : `${path}: `}${struct} has no property ${quotedText(name)}; ${cure(name, known)}`;
      return fault('UNKNOWN_PROPERTY', property, reason);
    });
}

function cure(name: string, known: readonly string[]): string {
  // Other languages and tools write names in other ways.
  const wanted = name.replace(/[_-]/g, '');
  const meant = propertySynonyms(wanted, known);
  if (meant.length > 0) return `use ${meant.map((each) => `'${each}'`).join(' or ')}, or leave it out`;
  const near = nearNames(wanted, known).filter((each) => isNear(wanted.toLowerCase(), each.toLowerCase()));
  if (near.length > 0) return `nearest: ${near.map((each) => `'${each}'`).join(', ')}; correct it, or leave it out`;
  const more = known.length > MOST_LISTED ? ` and ${known.length - MOST_LISTED} more` : '';
  return `leave it out; its properties are ${known.slice(0, MOST_LISTED).join(', ')}${more}`;
}

/** Whether names differ by some letters, or one contains the other. */
function isNear(wanted: string, known: string): boolean {
  if (wanted.length > 2 && (known.includes(wanted) || (known.length > 2 && wanted.includes(known)))) return true;
  return editDistance(wanted.slice(0, 64), known) <= Math.max(1, Math.floor(Math.max(wanted.length, known.length) / 3));
}
