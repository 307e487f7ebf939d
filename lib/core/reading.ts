import { App, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';

/** Key on a stack and on an app, shared by all loaded copies of the package. */
const READING = Symbol.for('gpu-inference-constructs/reading');

/** In which cdktf reads all constructs of a stack. */
const READERS = ['prepareStack', 'runAllValidations', 'toTerraform', 'toHclTerraform'] as const;

/** What cdktf keeps the aspects of a construct by: a symbol of its own, which only its text tells. */
const ASPECTS = 'cdktf-aspects';

interface Reading {
  /** How many of the methods are running. */
  depth: number;
  readonly values: Map<object, unknown>;
}

interface Readable extends IConstruct {
  readonly [READING]?: Reading;
}

/**
 * What is found by looking at the whole construct tree, once while cdktf reads it instead of once for each of its constructs, which would
 * make synthesis quadratic. Nobody changes constructs meanwhile, but for aspects: in an app that has any, what was found counts while one stack is read, else
 * while all are. At any other time it is found anew.
 *
 * @param stack a stack of the tree
 * @param key stands for what is found
 * @param find finds it
 *
 * @internal
 */
export function foundOnce<T>(stack: TerraformStack, key: object, find: () => T): T {
  watchReading(stack);
  const { depth, values } = readingOf(stack.node.root);
  if (depth === 0) return find();
  if (!values.has(key)) values.set(key, find());
  return values.get(key) as T;
}

/** Stands for what `constructsOf` finds. */
const CONSTRUCTS = {};

/**
 * All constructs of a tree, in the order of `findAll`.
 *
 * @param scope a construct of the tree, in a stack
 *
 * @internal
 */
export function constructsOf(scope: IConstruct): readonly IConstruct[] {
  return foundOnce(TerraformStack.of(scope), CONSTRUCTS, () => scope.node.root.node.findAll());
}

/**
 * Lets a stack and its app know from now on when cdktf reads them.
 *
 * @internal
 */
export function watchReading(stack: TerraformStack): void {
  const root: Readable = stack.node.root;
  const reading = readingOf(root);
  if ((stack as Readable)[READING]) return;
  Object.defineProperty(stack, READING, { value: reading });
  for (const method of READERS) watch(stack, method, reading);
}

/**
 * Reads several stacks one after the other, as the synthesis of an app does: what is found counts for all of them, where the app has no aspects.
 *
 * @param stacks the stacks; all of one app, or of several
 * @param read reads them, and adds nothing to their trees
 *
 * @internal
 */
export function readTogether<T>(stacks: readonly TerraformStack[], read: () => T): T {
  const roots = [...new Set(stacks.map((stack): Readable => stack.node.root))].filter((root) => !hasAny(root));
  return roots.reduce((body: () => T, root) => () => during(readingOf(root), body), read)();
}

function hasAny(root: IConstruct): boolean {
  return root.node.findAll().some(hasAspects);
}

function during<T>(reading: Reading, body: () => T): T {
  reading.depth++;
  try {
    return body();
  } finally {
    if (--reading.depth === 0) reading.values.clear();
  }
}

function readingOf(root: Readable): Reading {
  const known = root[READING];
  if (known) return known;
  const reading: Reading = { depth: 0, values: new Map() };
  Object.defineProperty(root, READING, { value: reading });
  if (App.isApp(root)) watch(root, 'synth', reading, () => !hasAny(root));
  return reading;
}

function watch<M extends string>(
  of: Record<M, () => unknown>,
  method: M,
  reading: Reading,
  isReading: () => boolean = () => true,
): void {
  const read = of[method].bind(of) as () => unknown;
  const watched = () => (isReading() ? during(reading, read) : read());
  Object.defineProperty(of, method, { value: watched, writable: true, configurable: true });
}

function hasAspects(construct: IConstruct): boolean {
  return Object.getOwnPropertySymbols(construct).some(
    (symbol) =>
      symbol.description === ASPECTS &&
      (construct as unknown as { readonly [key: symbol]: { readonly all: unknown[] } })[symbol].all.length > 0,
  );
}
