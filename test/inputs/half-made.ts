import { Construct, IConstruct, Node } from 'constructs';
import * as library from '../../lib';
import { publicArguments } from './public-arguments';

/** A construct that was put into the tree. */
interface Added {
  readonly child: IConstruct;
}

type AddChild = (this: Node, child: IConstruct, id: string) => void;
type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Every construct that the program which runs has made, in their order. */
let added: Added[] = [];
/** How many there were when the outermost method of the library that failed was called, by the path of its construct. */
let failed = new Map<string, number>();

/** Lets programs be watched. It stands once in a test file. */
export function watchPrograms(): void {
  const prototype = Node.prototype as unknown as { addChild: AddChild };
  const addChild = prototype.addChild;
  prototype.addChild = function (child, id) {
    addChild.call(this, child, id);
    added.push({ child });
  };
  for (const [owner, methods] of Object.entries(publicArguments())) {
    const made = (library as unknown as { readonly [name: string]: { readonly prototype: object } | undefined })[owner];
    for (const method of made ? Object.keys(methods) : []) watchMethod(made!, method);
  }
}

function watchMethod(owner: { readonly prototype: object }, method: string): void {
  const isStatic = method.startsWith('static ');
  const holder = isStatic ? owner : owner.prototype;
  const key = method.replace('static ', '');
  const unwatched = Reflect.get(holder, key) as Method;
  const watched: Method = function (...given) {
    const before = added.length;
    try {
      return unwatched.apply(this, given);
    } catch (error) {
      const self = isStatic ? given[0] : this;
      if (Construct.isConstruct(self)) failed.set(self.node.path, before);
      throw error;
    }
  };
  Object.defineProperty(holder, key, { value: watched, writable: true, configurable: true });
}

/** A program begins. */
export function beginProgram(): void {
  added = [];
  failed = new Map();
}

/** Paths of what a constructor or a method left in the tree when it failed: it is named by the path of the error. */
export function leftInTree(constructPath: string | undefined): string[] {
  if (constructPath === undefined) return [];
  const first = failed.get(constructPath) ?? added.findIndex(({ child }) => child.node.path === constructPath);
  if (first < 0) return [];
  return added
    .slice(first)
    .filter(({ child }) => isAttached(child))
    .map(({ child }) => child.node.path);
}

/** Whether a construct and all that it is in are still children of their parents. */
function isAttached({ node }: IConstruct): boolean {
  const parent = node.scope;
  return parent === undefined || (parent.node.tryFindChild(node.id)?.node === node && isAttached(parent));
}
