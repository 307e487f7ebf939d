import { compareVersions } from '../catalog/metric';
import { nearNames } from '../catalog/near-names';
import { Precision } from '../catalog/precision';
import { VllmOfImages } from '../catalog/vllm-images';
import {
  VllmName,
  VllmNameKind,
  VllmNameState,
  isVllmRead,
  vllmName,
  vllmNames,
  vllmRead,
} from '../catalog/vllm-names';
import { vllmValues } from '../catalog/vllm-values';
import { Fault, fault } from '../units/fault';

/**
 * A name that the engine is given: an argument, or the value of one.
 *
 * @internal
 */
export interface NamedOption {
  readonly kind: VllmNameKind;
  readonly name: string;
  /** The property that it comes from, and how sentences call it. */
  readonly property: string;
  readonly text: string;
}

/** @internal */
export function namedArgument(name: string): NamedOption {
  const property = `engineArguments.${name}`;
  return { kind: VllmNameKind.ARGUMENT, name, property, text: property };
}

/**
 * A flag of `vllm serve`, without its hyphens.
 *
 * @internal
 */
export function namedFlag(name: string, property: string): NamedOption {
  return { kind: VllmNameKind.FLAG, name, property, text: `--${name}` };
}

/** @internal */
export function namedMethod(name: string): NamedOption {
  const text = `quantization '${name}'`;
  return { kind: VllmNameKind.QUANTIZATION, name, property: 'quantization', text };
}

/**
 * The value of an argument that takes a choice.
 *
 * @internal
 */
export function namedChoice(argument: string, value: string): NamedOption {
  const property = `engineArguments.${argument}`;
  const text = `${property} '${value}'`;
  return { kind: VllmNameKind.ARGUMENT_CHOICE, name: choiceName(argument, value), property, text };
}

/** As vLLM reads it: `LoadConfig` takes a format in any case. */
function choiceName(argument: string, value: string): string {
  return `${argument}=${argument === 'load_format' ? value.toLowerCase() : value}`;
}

/** @internal */
export function namedCache(name: string, precision: Precision): NamedOption {
  return { ...namedCacheFormat(name), text: `kvCachePrecision ${precision.name} ('${name}')` };
}

/** @internal */
export function namedCacheFormat(name: string): NamedOption {
  const text = `kv_cache_dtype '${name}'`;
  return { kind: VllmNameKind.CACHE_FORMAT, name, property: 'kvCachePrecision', text };
}

/**
 * The fault of a name that a version certainly lacks.
 *
 * @internal
 */
export function nameFaults(named: NamedOption, vllm: VllmOfImages): Fault[] {
  const known = vllmName(named.kind, named.name, `${vllm}`);
  if (known.state !== VllmNameState.MISSING || isPlugged(named, vllm)) return [];
  const isFlag = named.kind === VllmNameKind.FLAG || named.property.startsWith('extraArguments');
  const effect = isFlag ? 'not start' : 'fail to load the model';
  const what = `${named.text} does not exist in vLLM ${vllm}, which would ${effect}`;
  return [missingFault(named, `${what}: ${why(named, known, vllm)}`)];
}

/** Plugins that took over methods which vLLM gave up: vllm-project/vllm#39583 and #43529. */
const PLUGINS: { readonly [method: string]: string } = {
  gguf: 'VllmPlugin.GGUF',
  bitsandbytes: 'VllmPlugin.BITSANDBYTES',
};

/** Whether a plugin of the image has it. */
function isPlugged({ kind, name }: NamedOption, { plugged = [] }: VllmOfImages): boolean {
  return [VllmNameKind.QUANTIZATION, VllmNameKind.ARGUMENT_CHOICE].includes(kind) && plugged.includes(name);
}

function missingFault({ kind, property }: NamedOption, reason: string): Fault {
  if (kind === VllmNameKind.ARGUMENT) return fault('ENGINE_ARGUMENT_NOT_IN_VLLM', property, reason);
  if (kind === VllmNameKind.ARGUMENT_CHOICE) return fault('ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM', property, reason);
  if (kind === VllmNameKind.FLAG) return fault('FLAG_NOT_IN_VLLM', property, reason);
  if (kind === VllmNameKind.CACHE_FORMAT) return fault('CACHE_FORMAT_NOT_IN_VLLM', property, reason);
  return fault('QUANTIZATION_NOT_IN_VLLM', property, reason);
}

/**
 * The fault of a method on its way out, which vLLM from 0.14 on refuses unless it is told to take it (`_verify_quantization`).
 *
 * @param method the method @default - none is given
 * @param allowed value of `allow_deprecated_quantization`
 *
 * @internal
 */
export function deprecationFaults(method: string | undefined, allowed: unknown, vllm: VllmOfImages): Fault[] {
  if (method === undefined || allowed === true) return [];
  const isDeprecated =
    vllmName(VllmNameKind.DEPRECATED_QUANTIZATION, method, `${vllm}`).state === VllmNameState.PRESENT;
  const isMethod = vllmName(VllmNameKind.QUANTIZATION, method, `${vllm}`).state === VllmNameState.PRESENT;
  if (!isDeprecated || !isMethod) return [];
  const reason =
    `quantization '${method}' is deprecated in vLLM ${vllm}, which refuses to load it; use another method, or set allow_deprecated_quantization to ` +
    'true in engineArguments until it is gone';
  return [fault('QUANTIZATION_DEPRECATED', 'quantization', reason)];
}

/**
 * The warning of a name of which is not known whether a version has it.
 *
 * @param model the model that it is given for; undefined where it is the server
 *
 * @internal
 */
export function nameWarnings(model: string | undefined, named: NamedOption, vllm: VllmOfImages): Fault[] {
  const known = vllmName(named.kind, named.name, `${vllm}`);
  if (known.state !== VllmNameState.UNKNOWN || isPlugged(named, vllm)) return [];
  const seen =
    known.since === undefined
      ? `${noVersion(named.kind)}${nearest(named, vllm)}`
      : `it is known of ${known.since} to ${known.until}`;
  const effect =
    named.kind === VllmNameKind.FLAG
      ? 'a server with one that it lacks does not start'
      : 'a model with one that it lacks does not load';
  const reason =
    `${model === undefined ? '' : `model '${model}': `}whether vLLM ${vllm} has ${named.text} is not known, and ${effect}: ${seen}; try it, ` +
    'or use a release whose names are known';
  return [fault('VLLM_NAME_UNKNOWN', undefined, reason)];
}

function why(named: NamedOption, { since, until }: VllmName, vllm: VllmOfImages): string {
  if (since === undefined || until === undefined) {
    return `${noVersion(named.kind)}${nearest(named, vllm)}`;
  }
  if (compareVersions(`${vllm}`, since) < 0) {
    const others = named.kind === VllmNameKind.ARGUMENT_CHOICE ? nearest(named, vllm) : '';
    return `it came with ${since}; use ${vllm.images.with(since)}, or remove it${others}`;
  }
  if (named.kind === VllmNameKind.ARGUMENT_CHOICE)
    return `it was gone after ${until}; use another${pluginOf(named)}, or ${vllm.images.before(`${until}.1`)}${nearest(named, vllm)}`;
  if (named.kind === VllmNameKind.ARGUMENT || named.kind === VllmNameKind.FLAG)
    return `it was gone after ${until}; remove it`;
  // Any version after the last that has the name: the images before it have the name too.
  const older = vllm.images.before(`${until}.1`);
  return `it was gone after ${until}; convert the checkpoint to a method that it has, such as compressed-tensors${pluginOf(named)}, or use ${older}`;
}

function pluginOf({ kind, name }: NamedOption): string {
  const method = kind === VllmNameKind.ARGUMENT_CHOICE ? name.replace(/^load_format=/, '') : name;
  return Object.hasOwn(PLUGINS, method) ? `, an image with ${PLUGINS[method]} (servingImage)` : '';
}

function noVersion(kind: VllmNameKind): string {
  const { first, last } = vllmRead(kind);
  return `no version from ${first} to ${last} has it`;
}

/** More of them would hide the nearest. */
const MOST_CHOICES = 8;

function nearest({ kind, name }: NamedOption, vllm: VllmOfImages): string {
  if (kind === VllmNameKind.ARGUMENT_CHOICE) {
    const argument = name.slice(0, name.indexOf('='));
    const value = name.slice(argument.length + 1);
    const choices = vllmValues(argument, `${vllm}`)?.choices ?? [];
    const near = choices.length <= MOST_CHOICES ? [] : nearNames(value, choices);
    const listed = (near.length > 0 ? near : choices).map((each) => `'${each}'`).join(', ');
    return near.length > 0 ? `; nearest: ${listed}` : `; it takes ${listed}`;
  }
  const version = isVllmRead(kind, `${vllm}`) ? `${vllm}` : vllmRead(kind).last;
  const near = nearNames(name, vllmNames(kind, version)).map((each) => `'${each}'`);
  return near.length === 0 ? '' : `; nearest: ${near.join(', ')}`;
}
