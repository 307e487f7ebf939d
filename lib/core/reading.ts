import { TerraformStack } from 'cdktf';

/** Key on a stack, shared by all loaded copies of the package. */
const READING = Symbol.for('gpu-inference-constructs/reading');

/** In which cdktf reads all constructs of a stack. */
const READERS = ['prepareStack', 'runAllValidations', 'toTerraform', 'toHclTerraform'] as const;

interface Reading {
  /** How many of the methods are running. */
  depth: number;
  readonly values: Map<object, unknown>;
}

/**
 * What is found by looking at the whole construct tree, once while cdktf reads a stack instead of once for each of its constructs, which would
 * make synthesis quadratic. Nobody changes constructs meanwhile; at any other time it is found anew.
 *
 * @param stack the stack that cdktf reads
 * @param key stands for what is found
 * @param find finds it
 *
 * @internal
 */
export function foundOnce<T>(stack: TerraformStack, key: object, find: () => T): T {
  const { depth, values } = readingOf(stack);
  if (depth === 0) return find();
  if (!values.has(key)) values.set(key, find());
  return values.get(key) as T;
}

/**
 * Lets a stack know from now on when cdktf reads it.
 *
 * @internal
 */
export function watchReading(stack: TerraformStack): void {
  readingOf(stack);
}

function readingOf(stack: TerraformStack & { readonly [READING]?: Reading }): Reading {
  const known = stack[READING];
  if (known) return known;
  const reading: Reading = { depth: 0, values: new Map() };
  Object.defineProperty(stack, READING, { value: reading });
  for (const method of READERS) watch(stack, method, reading);
  return reading;
}

function watch(stack: TerraformStack, method: (typeof READERS)[number], reading: Reading): void {
  const read = stack[method].bind(stack) as () => unknown;
  const watched = () => {
    reading.depth++;
    try {
      return read();
    } finally {
      if (--reading.depth === 0) reading.values.clear();
    }
  };
  Object.defineProperty(stack, method, { value: watched, writable: true, configurable: true });
}
