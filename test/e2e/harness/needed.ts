/** Names of tests that others of their block need, as `needed-environment.js` reads them. */
const known = globalThis as { neededTests?: Set<string> };

/**
 * A test that the others of its block need: where it fails, they are skipped with that reason. The file needs
 * `@jest-environment ./test/e2e/harness/needed-environment.js` in its first comment.
 */
export function neededTest(name: string, body: () => void): void {
  (known.neededTests ??= new Set()).add(name);
  test(name, body);
}
