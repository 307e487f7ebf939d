import { Lazy, TerraformResource, TerraformStack, dependable } from 'cdktf';
import { IConstruct } from 'constructs';
import { ModelReader } from '../catalog/checkpoint-formats';
import { nearNames } from '../catalog/near-names';
import { Fault, fault } from '../units/fault';
import { enter, entered } from './cluster-ledger';
import { IModelStore } from './model-store';
import { foundOnce, watchReading } from './reading';
import { addValidation, addWarning, warnOnce } from './validation';

const IMPORTS = 'model import';
const SERVERS = 'model server';

interface EnteredImport {
  readonly key: string;
  readonly job: TerraformResource;
  /** Whether Terraform waits for the Job where the model is served. */
  readonly waits: boolean;
  /** Whether what it puts there may be for other programs, so that nothing here need serve it. @default false */
  readonly forOthers?: boolean;
  /** Why a reader does not load what it writes; nothing where it does. @default - nothing is known of what it writes */
  readonly unreadable?: (reader: ModelReader) => string | undefined;
}

/** Models and versions of a store. */
interface StoreNames {
  readonly imported: ReadonlySet<string>;
  readonly served: ReadonlySet<string>;
  /** Whether something is imported that nothing serves. */
  readonly isLeftOver: boolean;
  /** Whether models are imported from elsewhere: who imports some imports all. */
  readonly hasImports: boolean;
}

interface EnteredServer {
  readonly key: string;
  /** Whether it is changed after the imports of its weights. */
  readonly waits: boolean;
}

/**
 * Who fills and who serves one version of a model of a store, so that pods are replaced by new ones after their weights have arrived, and an
 * import whose name is misspelt is noticed.
 *
 * @internal
 */
export class ModelUse {
  public static of(store: IModelStore, model: string, version: string): ModelUse {
    return new ModelUse(store, `${model}/${version}`);
  }

  /**
   * Called once by each deployment with all models that it serves, at the end of its constructor. A deployment that waits is changed after the
   * imports of its stack and of the stacks that it depends on, so that pods that serve are not replaced by pods that wait for weights.
   *
   * @param stopsFirst whether its pods go before new ones have come, so that an import which it cannot wait for is an outage; asked at synthesis
   * @param readers what reads each of the models, in the same order; what a pipeline makes and its reader does not load is refused at synthesis @default - not
   * known
   */
  public static addServer(
    uses: readonly ModelUse[],
    owner: IConstruct,
    deployment: TerraformResource,
    waits: boolean,
    stopsFirst: () => boolean,
    readers: readonly (ModelReader | undefined)[] = [],
  ): void {
    for (const use of uses) enter(use.#store, SERVERS, use.#key, owner, { key: use.#key, waits });
    watchReading(TerraformStack.of(owner));
    warnOnce(owner, () => uses.flatMap((use) => use.#notImported(owner)));
    addValidation(owner, () => uses.flatMap((use, index) => use.#notLoadedBy(readers[index])));
    if (!waits) return;
    const before = deployment.dependsOn ?? [];
    // One list of all: a list that is known late can be part of no other.
    const produce = () => [...before, ...new Set(uses.flatMap((use) => use.#jobsIn(deployment)))];
    deployment.dependsOn = Lazy.listValue({ produce });
    warnOnce(owner, () => (stopsFirst() ? uses.flatMap((use) => use.#notAwaitedBy(owner)) : []));
  }

  readonly #store: IModelStore;
  readonly #key: string;

  private constructor(store: IModelStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** The import that fills it already; nothing where there is none. */
  public get import(): IConstruct | undefined {
    return entered(this.#store, IMPORTS, this.#key)[0]?.owner;
  }

  /** Called once by each import, at the end of its constructor. */
  public addImport(owner: IConstruct, entry: Omit<EnteredImport, 'key'>): void {
    enter(this.#store, IMPORTS, this.#key, owner, { key: this.#key, ...entry });
    let isWarned = false;
    watchReading(TerraformStack.of(owner));
    addValidation(owner, () => {
      const { served: all } = this.#names(owner);
      if (entry.forOthers || isWarned || all.size === 0 || all.has(this.#key)) return [];
      isWarned = true;
      const served = [...all].sort();
      const near = nearNames(this.#key, served);
      const reason =
        `nothing in this program serves '${this.#key}', the model and version that are imported; served from this store: ` +
        `'${(near.length > 0 ? near : served).join("', '")}'; give both the same name and version`;
      addWarning(owner, fault('IMPORT_NOT_SERVED', 'model', reason));
      return [];
    });
  }

  /** Whether a deployment waits for what is in the stack of a construct: one of the same stack, or of one that is applied after it. */
  public isAwaitedIn(scope: IConstruct): boolean {
    const stack = TerraformStack.of(scope);
    const servers = entered<EnteredServer>(this.#store, SERVERS, this.#key);
    return servers.some(({ owner, value }) => value.waits && comesAfter(TerraformStack.of(owner), stack));
  }

  /**
   * What is served and filled by no import, where others of the same store are, or nothing may write to a new store: who imports models imports all
   * of them. An existing store may have been filled elsewhere. Where an import is left over, its own warning says that the names differ.
   */
  #notImported(owner: IConstruct): Fault[] {
    const { isLeftOver, hasImports, imported: all } = this.#names(owner);
    if (all.has(this.#key) || isLeftOver) return [];
    const isNew = this.#store.startsEmpty === true;
    if (!hasImports && !isNew) return [];
    const imported = [...all].sort();
    const others =
      imported.length > 0
        ? `imported into this store: '${imported.join("', '")}'`
        : `store '${this.#store.node.path}' is made by this program, which lets nothing write to it`;
    const reason =
      `'${this.#key}' is served, but no import of this program fills it, so that its pods wait for weights until somebody puts them there; ${others}; ` +
      'add a ModelImport of that name and version, or accept the warning where it is filled by hand';
    return [fault('MODEL_NOT_IMPORTED', 'models', reason)];
  }

  /** What a pipeline writes and the server cannot load. */
  #notLoadedBy(reader: ModelReader | undefined): Fault[] {
    if (reader === undefined) return [];
    return entered<EnteredImport>(this.#store, IMPORTS, this.#key).flatMap(({ owner, value }) => {
      const why = value.unreadable?.(reader);
      if (why === undefined) return [];
      return [
        fault(
          'OUTPUT_NOT_LOADED',
          'models',
          `'${this.#key}', which '${owner.node.path}' makes, cannot be served: ${why}`,
        ),
      ];
    });
  }

  /** What is imported into the store and served from it, and whether something is imported that nothing serves. */
  #names(owner: IConstruct): StoreNames {
    const store = this.#store;
    return foundOnce(TerraformStack.of(owner), store, () => {
      const imports = entered<EnteredImport>(store, IMPORTS).map(({ value }) => value);
      const served = new Set(entered<EnteredServer>(store, SERVERS).map(({ value }) => value.key));
      const isLeftOver = imports.some(({ key, forOthers }) => !forOthers && !served.has(key));
      const hasImports = imports.some(({ forOthers }) => !forOthers);
      return { imported: new Set(imports.map(({ key }) => key)), served, isLeftOver, hasImports };
    });
  }

  /** Imports in stacks that may be applied after the one of a deployment. */
  #notAwaitedBy(server: IConstruct): Fault[] {
    const stack = TerraformStack.of(server);
    const others = entered<EnteredImport>(this.#store, IMPORTS, this.#key)
      .filter(({ owner, value }) => value.waits && !comesAfter(stack, TerraformStack.of(owner)))
      .map(({ owner }) => owner);
    return others.map((other) => {
      const theirs = TerraformStack.of(other).node.path;
      const reason =
        `'${this.#key}' is imported by '${other.node.path}' in stack '${theirs}', which stack '${stack.node.path}' does not depend on, so the pods that ` +
        'serve may be replaced by new ones that wait for weights; make the stack of the server depend on it by addDependency, or put both in one stack';
      return fault('IMPORT_NOT_AWAITED', 'models', reason);
    });
  }

  #jobsIn(scope: IConstruct): string[] {
    const stack = TerraformStack.of(scope);
    return entered<EnteredImport>(this.#store, IMPORTS, this.#key)
      .filter(({ owner, value }) => value.waits && TerraformStack.of(owner) === stack)
      .map(({ value }) => dependable(value.job));
  }
}

/** Whether what is in a stack is applied after what it depends on in another, which may be the same. */
function comesAfter(stack: TerraformStack, other: TerraformStack): boolean {
  return stack === other || stack.dependsOn(other);
}
