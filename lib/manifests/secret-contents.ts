import { TerraformJson } from '../core/synthesized-json';
import { isGeneratedSecretChart } from '../kubernetes/generated-secret';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { ReferenceResolver } from './reference-resolver';
import { renderResource } from './render-resource';
import { isSecretExpression } from './secret-expressions';
import { StackEntry } from './stack-entries';

/** A secret that Terraform would make, without its values. @internal */
export interface SecretContents {
  readonly namespace: string;
  readonly name: string;
  /** Its keys, of which the values are text. */
  readonly keys: readonly string[];
  /** Its keys of which the values are bytes, which stores keep in Base64. */
  readonly binaryKeys: readonly string[];
  readonly type: string;
  readonly immutable: boolean;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  /** Whether all keys have one value that is made up in the cluster. */
  readonly isGenerated: boolean;
  readonly stage: number;
}

/** Arguments of `kubernetes_secret_v1` with values; of write-only ones Terraform keeps none. */
const TEXT = ['data', 'data_wo'];
const BINARY = ['binary_data', 'binary_data_wo'];
const VALUES = [...TEXT, ...BINARY, 'data_wo_revision', 'binary_data_wo_revision'];

/**
 * The secret that a resource makes; undefined for other resources, and for a secret that something else fills, which is an object like others.
 *
 * @internal
 */
export function secretContents(
  type: string,
  block: TerraformJson,
  stage: number,
  resolve: (part: TerraformJson) => ApiObject,
  faults: Fault[],
): SecretContents | undefined {
  if (type === 'helm_release' && isGeneratedSecretChart(block.chart)) {
    const release = resolve(block);
    return faults.length > 0 ? undefined : generated(release, stage);
  }
  if (type !== 'kubernetes_secret_v1' || !VALUES.some((argument) => block[argument])) return undefined;
  const keysOf = (names: readonly string[]) => names.flatMap((argument) => keys(block, argument, faults)).sort();
  const { lifecycle: _, ...rest } = block;
  const plain = Object.fromEntries(Object.entries(rest).filter(([argument]) => !VALUES.includes(argument)));
  const resolved = resolve(plain);
  if (faults.length > 0) return undefined;
  const { metadata, type: kind, immutable } = renderResource(type, resolved, faults);
  return {
    ...{ namespace: metadata?.namespace ?? 'default', name: metadata?.name, stage, isGenerated: false },
    ...{ keys: keysOf(TEXT), binaryKeys: keysOf(BINARY) },
    ...{ type: kind, immutable: immutable === true, labels: metadata?.labels, annotations: metadata?.annotations },
  };
}

function keys(block: TerraformJson, argument: string, faults: Fault[]): string[] {
  const values: unknown = block[argument] ?? {};
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return Object.keys(values);
  const reason = `attribute '${argument}' has keys that only Terraform knows; write them as a map, so that a site can be told which it needs`;
  faults.push(fault('SECRET_KEYS_UNKNOWN', argument, reason));
  return [];
}

function generated({ namespace, values }: ApiObject, stage: number): SecretContents {
  const {
    name,
    key,
    labels,
    copies = [],
  } = JSON.parse(values[0] as string) as {
    readonly name: string;
    readonly key: string;
    readonly labels: { readonly [key: string]: string };
    readonly copies?: readonly string[];
  };
  return {
    ...{ namespace: namespace as string, name, keys: [key, ...copies], binaryKeys: [], type: 'Opaque', labels, stage },
    ...{ immutable: false, isGenerated: true },
  };
}

/** Shorter ones, such as a user's name, stand in other places with right. */
const SHORTEST = 8;

/**
 * The secret texts that the program itself has, plain and in Base64: values of its secrets that are no references, and those given for secret
 * expressions.
 *
 * @internal
 */
export function secretTexts(
  entries: readonly StackEntry[],
  json: TerraformJson,
  resolver: ReferenceResolver,
  values: { readonly [expression: string]: unknown },
): string[] {
  const inSecrets = entries
    .filter(({ type }) => type === 'kubernetes_secret_v1')
    .flatMap(({ block }) => [...TEXT, ...BINARY].flatMap((argument) => Object.values(block[argument] ?? {})))
    .map((value) => resolver.resolve(value, '', []));
  const given = Object.entries(values).filter(([expression]) => isSecretExpression(expression, json));
  const texts = [...inSecrets, ...given.map(([, value]) => value)].filter((value) => typeof value === 'string');
  const readings = texts.flatMap((text) => [
    text,
    Buffer.from(text, 'utf8').toString('base64'),
    ...(/^[A-Za-z0-9+/]+={0,2}$/.test(text) ? [Buffer.from(text, 'base64').toString('utf8')] : []),
  ]);
  return [...new Set(readings.map((text) => text.trim()).filter((text) => text.length >= SHORTEST))];
}
