/**
 * Edit distance between two texts (Levenshtein).
 *
 * @internal
 */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}

/** Longest text that is compared with known names. */
const LONGEST_NAME = 64;

/**
 * The known names nearest to a misspelled one, best first: those that begin with it before the others.
 *
 * @internal
 */
export function nearNames(name: string, known: readonly string[], count = 3): string[] {
  // No name is longer; what is compared need not be either.
  const wanted = name.slice(0, LONGEST_NAME).toLowerCase();
  return known
    .map((candidate) => ({
      candidate,
      begins: wanted !== '' && candidate.toLowerCase().startsWith(wanted),
      distance: editDistance(wanted, candidate.toLowerCase()),
    }))
    .sort(
      (a, b) => Number(b.begins) - Number(a.begins) || a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1),
    )
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
