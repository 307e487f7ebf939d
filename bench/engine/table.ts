// npx tsx bench/engine/table.ts [MEASURED.json]: what vLLM took for each model, as a table, from what `npm run test:engine` measured last.
import { readFileSync } from 'fs';
import * as path from 'path';
import { CacheKind, Measured } from '../../test/engine/measured';
import { table } from '../planner/report';

const file = process.argv[2] ?? path.join(__dirname, '..', '..', '.cache', 'engine', 'measured.json');
const { versions, models } = JSON.parse(readFileSync(file, 'utf8')) as {
  versions: { [name: string]: string };
  models: { [name: string]: Measured };
};

const KINDS: { readonly [kind: string]: string } = {
  FullAttentionSpec: 'full',
  SlidingWindowSpec: 'windowed',
  ChunkedLocalAttentionSpec: 'chunked',
  MLAAttentionSpec: 'latent',
  MambaSpec: 'state',
};
const layersOf = (cache: readonly CacheKind[]) =>
  cache.map(({ kind, layers }) => `${layers} ${KINDS[kind] ?? kind}`).join(', ');
const sum = (cache: readonly CacheKind[], bytes: (kind: CacheKind) => number) =>
  cache.reduce((total, kind) => total + kind.layers * bytes(kind), 0);

const blockOf = (cache: readonly CacheKind[]) => {
  const blocks = cache.filter(({ bytesPerToken }) => bytesPerToken).map(({ blockTokens }) => blockTokens);
  return blocks.length > 0 ? Math.max(...blocks) : '';
};

const title = Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ');
console.log(
  table(
    title,
    [
      'model',
      'layers with a cache',
      'parameters',
      'bytes',
      'per token',
      'per state',
      'block',
      'pool per sequence',
      'sequences',
    ],
    Object.entries(models).map(([name, engine]) =>
      engine.error
        ? [name, engine.error.split('\n')[0], '', '', '', '', '', '', '']
        : [
            name,
            layersOf(engine.cache),
            engine.parameters,
            engine.parameterBytes,
            sum(engine.cache, ({ bytesPerToken = 0 }) => bytesPerToken),
            sum(engine.cache, ({ stateBytes = 0 }) => stateBytes) || '',
            blockOf(engine.cache),
            engine.sequenceBytes,
            Math.floor(engine.sequences),
          ].map(String),
    ),
  ),
);
