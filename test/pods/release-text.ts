import { TerraformStack } from 'cdktf';
import { Block, linesOf, resourcesOf } from './pod-text';

/** What a release of a chart is, and what it is told. */
export interface ReleaseFacts {
  readonly address: string;
  readonly chart: string[];
  readonly values: string[];
}

/** Releases, here and in the values, are pinned where they are described. */
const PINNED = /^(?:version|depends_on|provider|values|set)$/;

/** Every release in a stack. */
export function releasesOf(stack: TerraformStack): ReleaseFacts[] {
  return resourcesOf(stack)
    .filter(({ type }) => type === 'helm_release')
    .map(({ type, id, block }) => ({ address: `${type} ${id}`, chart: chartOf(block), values: valuesOf(block) }));
}

function chartOf(block: Block): string[] {
  const rest = Object.entries(block).filter(([name]) => !PINNED.test(name));
  // Charts of our own are copied to a folder with the hash of their content.
  return linesOf(Object.fromEntries(rest)).map((line) => line.replace(/^(chart: \.\/assets\/\w+)\/\w+$/, '$1'));
}

function valuesOf({ values = [], set = [] }: Block): string[] {
  const texts = (values as string[]).map((text) => JSON.parse(withoutReferences(text)) as Block);
  const single = (set as { name: string; value: string }[]).map(
    ({ name, value }) => `${name}: ${value.replace(/^\$\{.*\}$/, '<reference>')}`,
  );
  return [...texts.flatMap((each) => ('resources' in each ? resourceLines(each) : linesOf(each))), ...single]
    .filter((line) => !/^[^:]*\b(?:version|tag|digest): /.test(line))
    .map((line) => line.replace(/@v\d+$/, '@<release>'))
    .sort();
}

/** Custom resources, by their kinds and names. */
function resourceLines({ resources }: Block): string[] {
  return (resources as (Block & { kind: string; metadata: { name: string } })[]).flatMap(
    ({ kind, metadata, ...rest }) =>
      linesOf({
        ...rest,
        metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'name')),
      }).map((line) => `${kind} ${metadata.name} ${line}`),
  );
}

/** A reference is part of a text, or stands for one that Terraform quotes. */
function withoutReferences(text: string): string {
  return text.replace(/\$\{jsonencode\([^}]*\)\}/g, '"<reference>"').replace(/\$\{[^}]*\}/g, '<reference>');
}
