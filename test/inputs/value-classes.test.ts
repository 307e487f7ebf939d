import * as library from '../../lib';
import { GpuNodePool, UnscopedValidationError, ValidationError } from '../../lib';
import { valueFaults } from '../../lib/units/struct-faults';
import { addPool } from '../compute/test-pool';
import { deploy } from '../serving/support/fixtures';
import { faultsThrown, idsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { publicKinds } from './public-kinds';
import * as ts from 'typescript';
import { publicDeclarations } from './public-values';

const CLASSES = [...publicDeclarations()].filter(([, node]) => ts.isClassDeclaration(node)).map(([name]) => name);
const WAYS = publicKinds().classes;
const OWNERS = library as unknown as { readonly [name: string]: { readonly prototype: object } };

test.each(CLASSES)('%s is known by its name in every copy of the package', (name) => {
  const key = Symbol.for('gpu-inference-constructs/class');
  expect(Object.getOwnPropertyDescriptor(OWNERS[name].prototype, key)?.value).toBe(name);
});

/** What looks like an object of a class and is none: its members without its prototype, or with one of its name. */
function lookalikes(name: string): readonly (readonly [string, unknown])[] {
  const { prototype } = OWNERS[name];
  const members = Object.getOwnPropertyNames(prototype).filter((each) => each !== 'constructor');
  const plain = Object.fromEntries([...members, 'kind', 'name'].map((each) => [each, 'SPOT']));
  const Renamed = { [name]: class {} }[name];
  return [
    ['a plain object', plain],
    ['one without a prototype', Object.assign(Object.create(null) as object, plain)],
    ['an object of a class of that name', Object.assign(new Renamed(), plain)],
    ['a proxy', new Proxy(Object.create(prototype) as object, {})],
    ['the class', OWNERS[name]],
    ['a text', name],
  ];
}

describe.each(CLASSES)('where a %s is meant', (name) => {
  test.each(lookalikes(name))('%s is refused, and the ways to one are named', (_, value) => {
    const [fault, ...more] = valueFaults('it', value, name);
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ id: 'WRONG_KIND', property: 'it' });
    expect(fault.reason).toContain(`it must be a value such as ${WAYS[name]}; got `);
  });
});

test.each<[keyof library.GpuNodePoolProps, unknown, string]>([
  ['capacity', { kind: 'SPOT' }, 'Capacity.onDemand(), Capacity.spot(),'],
  ['capacity', { kind: 'spot' }, 'Capacity.spot()'],
  ['capacity', { ...library.Capacity.spot() }, 'Capacity.spot()'],
  ['capacity', library.Placement.none(), 'Capacity.spot()'],
  ['placement', { kind: 'existing', groupName: 5 }, 'Placement.existing(...)'],
  ['autoscaling', { kind: 'cluster-autoscaler' }, 'Autoscaling.clusterAutoscaler()'],
  ['efaLayout', { name: 'combined' }, 'EfaLayout.COMBINED'],
  ['gpuSharing', { kind: 'mig' }, 'GpuSharing.mig(...)'],
  ['nodeRepair', { isEnabled: true }, 'NodeRepair.auto(...)'],
  ['image', { family: 'al2023', amiType: () => 'x', hasDevicePlugin: true }, 'NodeImage.al2023(...)'],
  ['instanceType', { name: 'g6e.xlarge', offeredIn: () => ({ name: 'g6e.xlarge' }) }, 'GpuInstanceType.of(...)'],
])('a pool refuses the %s %j', (property, value, way) => {
  const refused = () => addPool(testStack(), { [property]: value });
  expect(refused).toThrow(ValidationError);
  expect(refused).toThrow(way);
  expect(idsOf(faultsThrown(refused))).toEqual([`WRONG_KIND ${property}`]);
});

test.each([
  ['a plain object', { backend: 'vllm', name: 'chat', version: '1', gpus: 1 }],
  ['the properties of a model', { name: 'chat', model: library.ModelSpec.LLAMA_3_1_8B }],
])('a deployment refuses %s as a model', (_, model) => {
  expect(() => deploy({ models: [model as never] })).toThrow(
    'such as TritonModel.vllm(...), TritonModel.onnxRuntime(...), TritonModel.pyTorch(...), ',
  );
});

test('objects of classes that extend ours, and objects made from ours, are accepted', () => {
  const own = Object.create(Object.create(library.KubernetesCluster.prototype) as object) as object;
  expect(valueFaults('it', own, 'KubernetesCluster')).toEqual([]);
  expect(valueFaults('it', library.GpuInstanceType.P5_48XLARGE, 'GpuNodeType')).toEqual([]);
  expect(valueFaults('it', Object.freeze(library.Placement.existing('group')), 'Placement')).toEqual([]);
});

/** Built-in objects have no properties of the names that a struct or a map has: they would be read as empty. */
test.each<[string, unknown]>([
  ['a map', new Map([['team', 'chat']])],
  ['a set', new Set(['team'])],
  ['a date', new Date(0)],
  ['a promise', Promise.resolve({ team: 'chat' })],
  ['an expression', /team/],
  ['an error', new Error('team')],
  ['a value of another class', library.Capacity.spot()],
  ['a revoked proxy', revoked({})],
  ['a revoked list', revoked([])],
])('%s is neither a struct nor a map nor a list', (_, value) => {
  for (const type of ['WatchOptions', 'string{}', 'any{}', 'string[]', 'NodeTaint[]', 'IModelStore', 'IRdmaFabric']) {
    expect(valueFaults('it', value, type).map(({ property }) => property)).toEqual(['it']);
  }
});

test('a list with a gap is refused at the gap', () => {
  expect(idsOf(valueFaults('it', ['a', , 'b'], 'string[]'))).toEqual(['MISSING_PROPERTY it[1]']);
});

test('a value of any kind can be written as JSON', () => {
  const cyclic: { self?: object } = {};
  cyclic.self = cyclic;
  const wrong = { cyclic, size: BigInt(5), made: () => 1, mark: [Symbol('x')] };
  expect(idsOf(valueFaults('it', wrong, 'any{}'))).toEqual([
    "WRONG_KIND it['cyclic']['self']",
    "WRONG_KIND it['size']",
    "WRONG_KIND it['made']",
    "WRONG_KIND it['mark']['0']",
  ]);
  expect(valueFaults('it', { a: [{ b: null }, 'c', 1, true] }, 'any{}')).toEqual([]);
});

test('a property that cannot be read is named', () => {
  const tags = Object.defineProperty({}, 'team', { enumerable: true, get: () => JSON.parse('{') as unknown });
  expect(() => addPool(testStack(), { tags } as never)).toThrow(/tags\['team'\] must be readable; reading it failed:/);
  expect(() => new GpuNodePool(testStack(), 'Pool', revoked({}) as never)).toThrow(UnscopedValidationError);
});

function revoked(value: object): unknown {
  const { proxy, revoke } = Proxy.revocable(value, {});
  revoke();
  return proxy;
}
