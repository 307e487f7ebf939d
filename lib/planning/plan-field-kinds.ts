import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism, ParallelismProps } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeDecoding } from '../catalog/speculative-decoding';
import { DataSize } from '../units/data-size';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault, faultsUnder } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { hardwareFromJson, hardwareToJson } from './hardware-json';
import { modelFromJson, modelToJson } from './model-json';
import { speculationFromJson, speculationToJson } from './speculation-json';

/**
 * How values of one kind are written to a plan's JSON, checked there and read back.
 *
 * @internal
 */
export interface FieldKind<T> {
  /** The value as plain data. */
  readonly write: (value: T) => unknown;
  /** What is wrong with plain data; none when `read` can take it. */
  readonly faults: (path: string, json: unknown) => Fault[];
  /** The value of plain data without faults. */
  readonly read: (json: unknown) => T;
}

/**
 * A kind whose value may be left out.
 *
 * @internal
 */
export interface OptionalKind<T> extends FieldKind<T | undefined> {
  readonly optional: true;
}

/**
 * The kinds of all fields of an object: a field without a kind, or with one of another type, does not compile.
 *
 * @internal
 */
export type FieldKinds<T> = { readonly [K in keyof T]-?: FieldKind<T[K]> };

function kind<T>(
  what: string,
  accepts: (json: unknown) => boolean,
  write: (value: T) => unknown,
  read: (json: unknown) => T,
): FieldKind<T> {
  return { write, read, faults: (path, json) => (accepts(json) ? [] : [changedFault(path, what, json)]) };
}

/** Values that are the same in JSON. */
function plain<T>(what: string, accepts: (json: unknown) => boolean): FieldKind<T> {
  return kind<T>(
    what,
    accepts,
    (value) => value,
    (json) => json as T,
  );
}

function changedFault(path: string, what: string, json: unknown): Fault {
  if (json === undefined) return fault('PLAN_CHANGED', path, `${path} is missing`);
  return fault('PLAN_CHANGED', path, `${path} must be ${what}; got ${givenValue(json)}`);
}

/** What the catalog refuses is the fault of the field that was read. */
function readUnder<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    throw new UnscopedValidationError(faultsUnder((error as UnscopedValidationError).faults, path));
  }
}

function isNumber(json: unknown): json is number {
  return typeof json === 'number' && json >= 0 && json < Infinity;
}

function isText(json: unknown): json is string {
  return typeof json === 'string';
}

function isObject(json: unknown): json is { readonly [key: string]: unknown } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** @internal */
export const COUNT = plain<number>(
  'a whole number above zero',
  (json) => Number.isSafeInteger(json) && Number(json) > 0,
);
/** @internal */
export const NUMBER = plain<number>('a number, zero or more', isNumber);
/** @internal */
export const SHARE = plain<number>('above 0 and at most 1', (json) => isNumber(json) && json > 0 && json <= 1);
/** @internal */
export const PRICE = plain<number>('a number above zero', (json) => isNumber(json) && json > 0);
/** @internal */
export const FLAG = plain<boolean>('true or false', (json) => typeof json === 'boolean');
/** @internal */
export const TEXT = plain<string>('a text', isText);

/** Bytes. @internal */
export const SIZE = kind<DataSize>(
  'a number of bytes',
  isNumber,
  (size) => size.bytes,
  (json) => DataSize.bytes(json as number),
);

/** A name, or what it has where the catalog does not know it. */
function isNamed(json: unknown): boolean {
  return isText(json) || isObject(json);
}

/** @internal */
export const MODEL = kind<ModelSpec>(
  'a name of the catalog or a model with its shape',
  (json) => isText(json) || (isObject(json) && isObject(json.shape)),
  modelToJson,
  modelFromJson,
);
/** @internal */
export const HARDWARE = kind<GpuNodeType>(
  'a name of the catalog or what the node has',
  isNamed,
  hardwareToJson,
  hardwareFromJson,
);
/** @internal */
export const SPECULATION = kind<SpeculativeDecoding>(
  'a method of speculative decoding with its tokens',
  (json) => isObject(json) && isText(json.method),
  speculationToJson,
  speculationFromJson,
);
/** @internal */
export const PRECISION = kind<Precision>(
  'the name of a precision',
  isText,
  ({ name }) => name,
  (json) => Precision.of(json as string),
);
/** @internal */
export const ENGINE = kind<InferenceEngine>(
  'the name of an engine',
  isText,
  ({ name }) => name,
  (json) => InferenceEngine.of(json as string),
);
/** @internal */
export const PARALLELISM = kind<Parallelism>(
  'degrees of parallelism',
  isObject,
  ({ tensor, pipeline, data, expert }) => ({ tensor, pipeline, data, expert }),
  (json) => Parallelism.of(json as ParallelismProps),
);

/**
 * The values of an enumeration.
 *
 * @internal
 */
export function oneOf<T extends string>(values: { readonly [key: string]: T }): FieldKind<T> {
  const allowed: readonly unknown[] = Object.values(values);
  return plain<T>(`one of ${allowed.join(', ')}`, (json) => allowed.includes(json));
}

/**
 * A value that may be left out.
 *
 * @internal
 */
export function optional<T>({ write, faults, read }: FieldKind<T>): OptionalKind<T> {
  return {
    optional: true,
    write: (value) => (value === undefined ? undefined : write(value)),
    faults: (path, json) => (json === undefined ? [] : faults(path, json)),
    read: (json) => (json === undefined ? undefined : read(json)),
  };
}

/** Most entries of a list of a plan: it has a number for each stage, and there are fewer than layers. */
const MOST_ENTRIES = 1000;

/**
 * A list of values of one kind.
 *
 * @internal
 */
export function listOf<T>(element: FieldKind<T>): FieldKind<T[]> {
  return {
    write: (values) => values.map((value) => element.write(value)),
    faults: (path, json) =>
      Array.isArray(json) && json.length <= MOST_ENTRIES
        ? json.flatMap((value, index) => element.faults(`${path}[${index}]`, value))
        : [changedFault(path, `a list of at most ${MOST_ENTRIES}`, json)],
    read: (json) => (json as unknown[]).map((value, index) => readUnder(`[${index}]`, () => element.read(value))),
  };
}

/**
 * An object whose fields have kinds of their own; fields that it does not know are dropped.
 *
 * @internal
 */
export function objectOf<T extends object>(fields: FieldKinds<T>): FieldKind<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const each = (make: (name: keyof T & string) => unknown) => {
    const made: { [name: string]: unknown } = {};
    for (const name of names) {
      const value = make(name);
      if (value !== undefined) made[name] = value;
    }
    return made;
  };
  return {
    write: (value) => each((name) => fields[name].write(value[name])),
    faults: (path, json) => {
      if (!isObject(json)) return [changedFault(path, 'an object', json)];
      return names.flatMap((name) => fields[name].faults(path === '' ? name : `${path}.${name}`, json[name]));
    },
    read: (json) => {
      const data = json as { readonly [name: string]: unknown };
      return each((name) => readUnder(name, () => fields[name].read(data[name]))) as T;
    },
  };
}
