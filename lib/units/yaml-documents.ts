import type * as yaml from 'yaml';

/**
 * The documents of a text in YAML, of which JSON is a part. What reads them is loaded with the first of them.
 *
 * @param text the text
 * @returns their values, and what is wrong with the text
 *
 * @internal
 */
export function yamlDocuments(text: string): {
  readonly values: readonly unknown[];
  readonly errors: readonly string[];
} {
  // eslint-disable-next-line @typescript-eslint/no-require-imports, no-restricted-globals
  const { parseAllDocuments } = require('yaml') as typeof yaml;
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'error' });
  if (!Array.isArray(documents)) return { values: [], errors: [] };
  const errors = documents.flatMap((document) => document.errors.map(({ message }) => message.split('\n')[0]));
  return { values: errors.length > 0 ? [] : documents.map((document) => document.toJS() as unknown), errors };
}
