/**
 * Writes the tables of lib/catalog/vllm-names-*.ts from the recordings that read.py, read_flags.py and read_values.py make:
 *
 *     node scripts/vllm-names/table.mjs && npx prettier --write lib/catalog/vllm-names-*.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';

const RECORDING = 'test/catalog/fixtures/vllm-names.json';
const FLAGS = 'test/catalog/fixtures/vllm-flags.json';
const VALUES = 'test/catalog/fixtures/vllm-values.json';
const TABLES = {
  arguments: [
    'engineArguments',
    'Fields of `EngineArgs` and `AsyncEngineArgs`, which vLLM is started with: an unknown one is a TypeError.',
  ],
  quantization: ['quantization', 'Methods that `quantization` may name (`QuantizationMethods`).'],
  deprecated: [
    'deprecatedQuantization',
    'Methods that are refused unless `allow_deprecated_quantization` is set (`DEPRECATED_QUANTIZATION_METHODS`).',
  ],
  cache: ['cacheFormats', 'Formats of the key-value cache that `kv_cache_dtype` may name (`CacheDType`).'],
};

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const recording = read(RECORDING);
const versions = Object.keys(recording);

function rangesOf(key, recording, versions) {
  const seen = new Map();
  versions.forEach((version, index) => {
    for (const name of recording[version][key].split(' ').filter(Boolean))
      seen.set(name, [...(seen.get(name) ?? []), index]);
  });
  const ranges = new Map();
  for (const [name, indices] of seen) {
    const [first, last] = [indices[0], indices[indices.length - 1]];
    if (last - first + 1 !== indices.length)
      throw new Error(`${name} went and came back: the tables have no form for it`);
    const range = `${versions[first]} ${versions[last]}`;
    ranges.set(range, [...(ranges.get(range) ?? []), name]);
  }
  return ranges;
}

function wrapped(names) {
  const lines = [''];
  for (const name of names.sort()) {
    if (lines[lines.length - 1].length + name.length > 112) lines.push('');
    lines[lines.length - 1] += lines[lines.length - 1] === '' ? name : ` ${name}`;
  }
  return lines;
}

function constantOf(key, name, text, from = recording) {
  const rows = [...rangesOf(key, from, Object.keys(from))].map(([range, names]) => {
    const lines = wrapped(names);
    return lines.length === 1
      ? `  '${range}': '${lines[0]}',`
      : `  '${range}': \`\n${lines.map((line) => `    ${line}`).join('\n')}\`,`;
  });
  return `/** ${text} Names by the first and the last version read that has them. @internal */\nexport const ${name}: NamesByRange = {\n${rows.join('\n')}\n};\n`;
}

const TYPE = `/** Names by the first and the last version read that has them, e.g. '0.17.0 0.33.0'. One that went has never come back. @internal */
export type NamesByRange = { readonly [range: string]: string };
`;

const HEAD = `import { NamesByRange } from './vllm-versions-read';

// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read.py); do not edit.
`;

writeFileSync(
  'lib/catalog/vllm-names-arguments.ts',
  `${HEAD}\n${constantOf('engineArguments', 'ENGINE_ARGUMENTS', TABLES.arguments[1])}`,
);
const formats = [
  constantOf('quantization', 'QUANTIZATION_METHODS', TABLES.quantization[1]),
  constantOf('deprecatedQuantization', 'DEPRECATED_METHODS', TABLES.deprecated[1]),
  constantOf('cacheFormats', 'CACHE_FORMATS', TABLES.cache[1]),
];
writeFileSync('lib/catalog/vllm-names-formats.ts', `${HEAD}\n${formats.join('\n')}`);
const all = `/** Versions whose wheels were read, oldest first. @internal */\nexport const VERSIONS_READ = \`\n${wrappedVersions(versions)}\`.trim().split(/\\s+/);\n`;
writeFileSync(
  'lib/catalog/vllm-versions-read.ts',
  `// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read.py); do not edit.\n\n${TYPE}\n${all}`,
);

const flags = read(FLAGS);
const flagsText = 'Flags of `vllm serve` without their hyphens: its parser refuses others.';
const flagVersions = `/** Versions that were read for them, oldest first. @internal */\nexport const FLAG_VERSIONS_READ = \`\n${wrappedVersions(Object.keys(flags))}\`.trim().split(/\\s+/);\n`;
writeFileSync(
  'lib/catalog/vllm-names-flags.ts',
  `${HEAD}\n${constantOf('flags', 'FLAGS', flagsText, flags)}\n${flagVersions}`,
);

const values = read(VALUES);
const kindsText =
  'Kinds of values of arguments, as `name:kind` with the bounds of a number: what the parser of `vllm serve` and pydantic take.';
const choicesText =
  'Values of arguments that take a choice, as `name=value`: of literals, and of registries to which plugins may add.';
const valueVersions = `/** Versions that were read for them, oldest first. @internal */\nexport const VALUE_VERSIONS_READ = \`\n${wrappedVersions(Object.keys(values))}\`.trim().split(/\\s+/);\n`;
writeFileSync(
  'lib/catalog/vllm-names-values.ts',
  `${HEAD.replace('read.py)', 'read_values.py)')}\n${constantOf('kinds', 'ARGUMENT_KINDS', kindsText, values)}\n${constantOf('choices', 'ARGUMENT_CHOICES', choicesText, values)}\n${valueVersions}`,
);

function wrappedVersions(list) {
  const lines = [''];
  for (const each of list) {
    if (lines[lines.length - 1].length + each.length > 110) lines.push('');
    lines[lines.length - 1] += lines[lines.length - 1] === '' ? each : ` ${each}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
