import { GpuInstanceType, GpuNodePool, TritonModel, ModelSpec, UnscopedValidationError } from '../../lib';
import { STRUCTS } from '../../lib/units/public-kinds';
import { narrowed, StructName, structFaults } from '../../lib/units/struct-faults';
import { testEksCluster } from '../compute/test-eks-cluster';
import { faultsThrown, idsOf } from '../support/faults';
import { synthStack, testStack } from '../support/synth';
import { structProgram } from './struct-programs';

const ALL = Object.entries(STRUCTS).map(
  ([struct, row]) => [struct as StructName, row.split('; ').map((each) => each.split(/\??: /)[0])] as const,
);

const reasonFor = (struct: StructName, name: string, value: unknown = 1) =>
  structFaults(struct, { [name]: value }).find(({ id }) => id === 'UNKNOWN_PROPERTY')?.reason;

/** What is found when a program is run with a property that its struct does not have. */
function found(struct: string, given: object): string[] {
  const program = structProgram(struct);
  if (!program) return [];
  try {
    const stack = testStack();
    program(given)(stack);
    synthStack(stack);
  } catch (error) {
    if (UnscopedValidationError.isValidationError(error)) return idsOf((error as UnscopedValidationError).faults);
    throw error;
  }
  return [];
}

describe('a property that a struct does not have', () => {
  test.each(ALL)('%s: is refused with the nearest name', (struct, names) => {
    for (const name of names) {
      const others = [`${name}x`, `x${name}`, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
      for (const misspelt of others.filter((each) => !names.includes(each))) {
        const reason = reasonFor(struct, misspelt);
        expect(reason).toContain(`${struct} has no property '${misspelt}'; nearest: `);
        expect(reason).toContain(`'${name}'`);
      }
    }
    expect(reasonFor(struct, 'quetzalcoatlus')).toMatch(
      /has no property 'quetzalcoatlus'; leave it out; its properties are /,
    );
  });

  // The constructor that takes a SecondaryNetworkResource is for subclasses.
  const taken = ALL.filter(([struct]) => structProgram(struct) !== undefined && struct !== 'SecondaryNetworkResource');

  test.each(taken)('%s: is refused by what takes it', (struct, [name]) => {
    expect(found(struct, { [`${name}x`]: undefined })).not.toContainEqual(expect.stringContaining('UNKNOWN_PROPERTY'));
    expect(found(struct, { [`${name}x`]: 'given' })).toContainEqual(
      expect.stringMatching(new RegExp(`^UNKNOWN_PROPERTY (.*\\.)?${name}x$`)),
    );
  });

  test('stands beside every other fault', () => {
    const stack = testStack();
    const given = { minNodes: 3, maxNodes: 2, maxNode: 4, poolName: 'A', diskSise: 100 };
    const make = () =>
      new GpuNodePool(stack, 'Pool', {
        cluster: testEksCluster(stack),
        instanceType: GpuInstanceType.G5_XLARGE,
        ...given,
      });
    expect(idsOf(faultsThrown(make)).sort()).toEqual([
      'INVALID_NAME poolName',
      'MIN_NODES_ABOVE_MAX_NODES minNodes',
      'UNKNOWN_PROPERTY diskSise',
      'UNKNOWN_PROPERTY maxNode',
    ]);
    expect(stack.node.tryFindChild('Pool')).toBeUndefined();
  });

  test('is refused where it is spread into a literal, which no compiler sees', () => {
    const shared = { contextLenght: 8192 };
    const make = () => TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, ...shared });
    const [{ reason }] = faultsThrown(make);
    expect(reason).toBe(
      "VllmModelProps has no property 'contextLenght'; nearest: 'contextLength'; correct it, or leave it out",
    );
  });

  test('is not asked of what is no plain object, and not of what is left out', () => {
    class Own {
      public readonly tensor = 1;
      public readonly note = 'of a class of the user';
    }
    expect(structFaults('ParallelismProps', new Own())).toEqual([]);
    expect(structFaults('ParallelismProps', { tensor: 1, tensors: undefined })).toEqual([]);
    expect(idsOf(structFaults('ParallelismProps', { tensor: 1, tensors: null }))).toEqual(['UNKNOWN_PROPERTY tensors']);
    expect(idsOf(structFaults('ParallelismProps', Object.assign(Object.create(null), { tensor: 1, a: 1 })))).toEqual([
      'UNKNOWN_PROPERTY a',
    ]);
  });

  test('is told of at most ten times', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`p${index}`, index]));
    expect(structFaults('ParallelismProps', { tensor: 1, ...many })).toHaveLength(10);
  });

  test('is taken away where one struct is made of another', () => {
    expect(narrowed('ParallelismProps', { tensor: 1, data: 2, other: 3 })).toEqual({ tensor: 1, data: 2 });
  });
});
