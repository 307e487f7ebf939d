import * as ts from 'typescript';
import * as library from '../../lib';
import { valueFaults } from '../../lib/units/struct-faults';
import { testStack } from '../support/synth';
import { publicArguments } from './public-arguments';
import { publicKinds } from './public-kinds';
import { isHidden, publicDeclarations } from './public-values';

type Method = (...given: unknown[]) => unknown;
type Constructor = new (...given: unknown[]) => unknown;
interface Owner extends Constructor {
  readonly prototype: object;
}

const OWNERS = library as unknown as { readonly [name: string]: Owner };
const KINDS = publicKinds();

/** Objects of ours behind interfaces, which classes of users implement too. */
const OBJECTS: { readonly [name: string]: () => readonly unknown[] } = {
  IKubernetesCluster: () => [
    library.KubernetesCluster.fromKubeconfig(testStack(), 'Own', { configPath: '/etc/kubeconfig' }),
    library.EksGpuCluster.fromAttributes(testStack(), 'Eks', {
      clusterName: 'eks',
      subnetIds: ['subnet-1'],
      securityGroupIds: ['sg-1'],
    }),
  ],
  IModelStore: () => [
    library.ModelStore.fromBucketName(testStack(), 'Imported', 'models'),
    library.ModelStore.s3Compatible(testStack(), 'Own', {
      endpoint: 'https://minio.example.com',
      bucketName: 'models',
      credentials: { name: 'minio' },
    }),
  ],
  IMonitoring: () => {
    const cluster = library.KubernetesCluster.fromKubeconfig(testStack(), 'Own', { configPath: '/etc/kubeconfig' });
    return [
      new library.MonitoringStack(testStack(), 'Own', { cluster, alertReceivers: [] }),
      new library.PrometheusOperatorMonitoring(testStack(), 'Operator', { cluster }),
    ];
  },
  IRdmaFabric: () => [library.RdmaFabric.efa()],
};

interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
}

function parametersOf(row: string): Parameter[] {
  return row.split('; ').map((each) => {
    const [name, type] = each.split(': ');
    // A method is a property that is called.
    return {
      name: name.replace(/\?|\(\)/, ''),
      optional: name.endsWith('?'),
      type: /\)$/.test(name) ? 'Method' : type,
    };
  });
}

/** An object of a class as far as arguments are read: errors of constructs name them by their paths. */
function heldBy(owner: Owner): object {
  return Object.assign(Object.create(owner.prototype) as object, { node: { path: 'It' } });
}

/** Values of another kind than a type. */
function wrongOf({ type, optional }: Parameter): readonly unknown[] {
  if (type === 'unknown' || type === 'any') return [];
  const right = (value: unknown): boolean => {
    if (type.endsWith('[]')) return Array.isArray(value) && value.length === 0;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const allOptional = type.endsWith('{}') || KINDS.structs[type]?.split('; ').every((each) => each.includes('?: '));
    return type === typeof value ? !Number.isNaN(value) : allOptional === true && isObject;
  };
  const values = ['text', 5, NaN, null, true, [], [null], {}, ...(optional ? [] : [undefined])];
  return values.filter((value) => !right(value));
}

/** What a call does that is to be refused for an argument: nothing to say if an error of ours names it, or a property that it lacks. */
function verdict(call: () => unknown, { name, type }: Parameter, value: unknown): readonly string[] {
  const said = (what: string) => [`${name}: ${type} = ${Number.isNaN(value) ? 'NaN' : JSON.stringify(value)}: ${what}`];
  try {
    call();
    return said('accepted');
  } catch (error) {
    if (!library.UnscopedValidationError.isValidationError(error)) return said(String(error));
    const { faults } = error as library.UnscopedValidationError;
    const names = [name, ...(KINDS.structs[type] ?? '').split('; ').map((each) => each.split(/[?:]/)[0])];
    return faults.some(({ property = '' }) => names.includes(property.split(/[[.]/)[0]))
      ? []
      : said(faults.map(({ reason }) => reason).join(', '));
  }
}

function verdicts(method: Method, self: unknown, parameters: readonly Parameter[]): readonly string[] {
  return parameters.flatMap((parameter, index) =>
    wrongOf(parameter).flatMap((value) => {
      const given = parameters.map((_, each) => (each === index ? value : undefined));
      return verdict(() => method.apply(self, given), parameter, value);
    }),
  );
}

const METHODS = Object.entries(publicArguments()).flatMap(([owner, methods]) =>
  Object.entries(methods).map(([method, row]) => [owner, method, row] as const),
);

describe('an argument of another kind is refused by an error that names it', () => {
  test.each(METHODS)('%s.%s(%s)', (owner, method, row) => {
    const isStatic = method.startsWith('static ');
    const selves = OBJECTS[owner]?.() ?? [isStatic ? OWNERS[owner] : heldBy(OWNERS[owner])];
    const found = selves.flatMap((self) =>
      verdicts(Reflect.get(self as object, method.replace('static ', '')) as Method, self, parametersOf(row)),
    );
    expect(found).toEqual([]);
  });
});

const CLOSED: readonly ts.SyntaxKind[] = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];

const CONSTRUCTED = [...publicDeclarations()].flatMap(([name, node]) => {
  if (!ts.isClassDeclaration(node) || node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword))
    return [];
  const made = node.members.find(ts.isConstructorDeclaration);
  if (!made || isHidden(made) || made.modifiers?.some(({ kind }) => CLOSED.includes(kind))) return [];
  const row = made.parameters.map(
    (each) => `${each.name.getText()}${each.initializer ? '?' : ''}: ${each.type?.getText()}`,
  );
  return [[name, row.join('; ')] as const];
});

describe('a constructor refuses another kind by an error that names it', () => {
  test.each(CONSTRUCTED)('%s(%s)', (name, row) => {
    const make: Method = (...given) => new OWNERS[name](...given);
    expect(verdicts(make, undefined, parametersOf(row))).toEqual([]);
  });

  test.each(CONSTRUCTED.filter(([, row]) => row.startsWith('scope: ')))('%s leaves nothing in the tree', (name) => {
    const stack = testStack();
    expect(() => new OWNERS[name](stack, 'It', 5)).toThrow(/props must be an object/);
    expect(stack.node.tryFindChild('It')).toBeUndefined();
  });
});

/** What a class of a user's own may have for the properties of an interface. */
const ROLE = { node: { path: 'Role' }, roleName: 'role', roleArn: 'arn:aws:iam::111122223333:role/role' };

describe('a property of an object of a class of the user is refused by an error that names it', () => {
  test.each(Object.entries(KINDS.interfaces))('%s', (type, row) => {
    const members = parametersOf(row);
    const found = members
      .filter(({ type: each }) => !/^any|unknown/.test(each))
      .flatMap((property) =>
        wrongOf(property).flatMap((value) => {
          const own = {
            ...Object.fromEntries(members.map(({ name }) => [name, undefined])),
            [property.name]: value,
          };
          const faults = valueFaults('it', own, type);
          return faults.some((each) => each.property?.split('[')[0].startsWith(`it.${property.name}`))
            ? []
            : [`${property.name} = ${JSON.stringify(value)}`];
        }),
      );
    expect(found).toEqual([]);
  });

  test('wherever it is given', () => {
    const store = library.ModelStore.fromBucketName(testStack(), 'Imported', 'models');
    expect(() => store.grantRead({ ...ROLE, roleName: 5 } as never)).toThrow('role.roleName must be a text; got 5');
    expect(() => store.grantRead({ ...ROLE, roleArn: [] } as never)).toThrow('role.roleArn must be a text');
  });
});
