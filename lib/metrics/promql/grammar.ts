import type { LRParser } from '@lezer/lr';

/**
 * The parser of the grammar of Prometheus' own editor. It is loaded when the first query is read: who asks for a plan waits for nothing. Its package
 * has code for `require`, but says of its types that they are for `import` alone.
 *
 * @internal
 */
export function promqlParser(): LRParser {
  // eslint-disable-next-line @typescript-eslint/no-require-imports, no-restricted-globals
  return (require('@prometheus-io/lezer-promql') as { parser: LRParser }).parser;
}
