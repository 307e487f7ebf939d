import * as ts from 'typescript';
import * as path from 'path';

const SDK = '@grafana/grafana-foundation-sdk';

/** A method that tells kinds of queries apart for the compiler, and is no data. */
const VARIANT = '_implementsDataqueryVariant';

/**
 * Compares values with the types of Grafana's package, which Grafana generates from its own schemas: unlike a compiler it takes the text of an
 * enumeration for the member, as JSON has it, and it refuses members that a type lacks everywhere.
 */
export class GrafanaTypes {
  readonly #checker: ts.TypeChecker;
  readonly #types = new Map<string, ts.Type>();

  /** @param names types, e.g. `dashboard.Dashboard` */
  public constructor(names: readonly string[]) {
    const file = path.join(__dirname, 'types-of-grafana.ts');
    const text = names
      .map((name) => name.split('.'))
      .map(
        ([folder, type], index) =>
          `import { ${type} as T${index} } from '${SDK}/${folder}';\ndeclare const v${index}: T${index};`,
      )
      .join('\n');
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      noEmit: true,
      types: [],
    };
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : read(name, ...rest);
    host.fileExists = (name) => name === file || ts.sys.fileExists(name);
    const program = ts.createProgram([file], options, host);
    this.#checker = program.getTypeChecker();
    program.getSourceFile(file)?.forEachChild((node) => {
      if (!ts.isVariableStatement(node)) return;
      const [declaration] = node.declarationList.declarations;
      const index = Number((declaration.name as ts.Identifier).text.slice(1));
      this.#types.set(names[index], this.#checker.getTypeAtLocation(declaration));
    });
  }

  /** Where a value is not of a type. */
  public faults(value: unknown, name: string): string[] {
    const type = this.#types.get(name);
    if (!type || type.flags & ts.TypeFlags.Any) throw new Error(`there is no type ${name}`);
    return this.#faults(value, type, name);
  }

  #faults(value: unknown, type: ts.Type, at: string): string[] {
    const checker = this.#checker;
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
    if (type.isUnion()) {
      const each = type.types.filter((one) => isOfKind(value, one)).map((one) => this.#faults(value, one, at));
      if (each.some((faults) => faults.length === 0)) return [];
      // The fewest faults are those of the member that was meant.
      const fewest = Math.min(...each.map(({ length }) => length));
      return each.find(({ length }) => length === fewest) ?? [`${at} is of another kind`];
    }
    const wrong = [`${at} is ${JSON.stringify(value)?.slice(0, 80)} instead of ${checker.typeToString(type)}`];
    if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value ? [] : wrong;
    if (type.flags & ts.TypeFlags.BooleanLiteral) return String(value) === checker.typeToString(type) ? [] : wrong;
    if (type.flags & ts.TypeFlags.StringLike) return typeof value === 'string' ? [] : wrong;
    if (type.flags & ts.TypeFlags.NumberLike) return typeof value === 'number' ? [] : wrong;
    if (type.flags & ts.TypeFlags.Null) return value === null ? [] : wrong;
    if (type.flags & ts.TypeFlags.Undefined) return value === undefined ? [] : wrong;
    if (typeof value !== 'object' || value === null) return wrong;
    if (checker.isArrayType(type)) {
      if (!Array.isArray(value)) return wrong;
      const [element] = checker.getTypeArguments(type as ts.TypeReference);
      return value.flatMap((one, index) => this.#faults(one, element, `${at}[${index}]`));
    }
    return Array.isArray(value) ? wrong : this.#memberFaults(value as { [name: string]: unknown }, type, at);
  }

  #memberFaults(value: { readonly [name: string]: unknown }, type: ts.Type, at: string): string[] {
    const checker = this.#checker;
    const members = new Map(checker.getPropertiesOfType(type).map((member) => [member.name, member]));
    const others = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    // Any query: which one is compared for itself.
    if (members.size === 1 && members.has(VARIANT)) return [];
    const absent = [...members.values()]
      .filter((member) => !(member.flags & ts.SymbolFlags.Optional) && value[member.name] === undefined)
      .map((member) => member.name)
      .filter((name) => name !== VARIANT);
    return [
      ...absent.map((name) => `${at}.${name} is missing`),
      ...Object.entries(value).flatMap(([name, one]) => {
        if (one === undefined || typeof one === 'function') return [];
        const member = members.get(name);
        const its = member ? checker.getTypeOfSymbol(member) : others;
        return its ? this.#faults(one, its, `${at}.${name}`) : [`${at}.${name} is not known`];
      }),
    ];
  }
}

/** Whether a value is an object where a type is one. */
function isOfKind(value: unknown, type: ts.Type): boolean {
  return (typeof value === 'object' && value !== null) === ((type.flags & ts.TypeFlags.Object) !== 0);
}
