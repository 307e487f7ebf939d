import { EksGpuCluster, GpuInstanceType, GpuNodePool } from '../../lib';
import { argumentFaults } from '../../lib/units/argument-faults';
import { STRUCTS } from '../../lib/units/public-kinds';
import { StructName, structFaults } from '../../lib/units/struct-faults';
import { faultsThrown, idsOf } from '../support/faults';
import { testStack } from '../support/synth';

const MOST = 256 * 1024;
const LONG = 'a-'.repeat(5_000_000);

describe('texts of megabytes', () => {
  test.each(
    Object.entries(STRUCTS).flatMap(([struct, row]) =>
      row
        .split('; ')
        .map((each) => each.split(/\??: /))
        .filter(([, type]) => /^string(\[\]|\{\})?$/.test(type))
        .map(([name, type]) => [struct as StructName, name, type] as const),
    ),
  )('are refused: %s.%s, %s', (struct, name, type) => {
    const of = (text: string) => (type === 'string' ? text : type === 'string[]' ? [text] : { [text]: 'a' });
    const found = (text: string) =>
      structFaults(struct, { [name]: of(text) }).map(({ id, reason }) => `${id} ${reason}`);
    const isLong = expect.stringMatching(/^INVALID_FORMAT .* must have at most 262144 characters; got /);
    expect(found('a'.repeat(MOST + 1))).toContainEqual(isLong);
    expect(found('a'.repeat(MOST))).not.toContainEqual(isLong);
  });

  test('are refused before they are matched with anything', () => {
    const stack = testStack();
    const attributes = { clusterName: 'chat', subnetIds: [LONG, 'subnet-1'], securityGroupIds: ['sg-1'] };
    expect(idsOf(faultsThrown(() => EksGpuCluster.fromAttributes(stack, 'Cluster', attributes)))).toEqual([
      'INVALID_FORMAT subnetIds[0]',
    ]);
    const cluster = EksGpuCluster.fromAttributes(stack, 'Other', { ...attributes, subnetIds: ['subnet-1'] });
    const pool = { cluster, instanceType: GpuInstanceType.P5_48XLARGE, minNodes: 1, maxNodes: 1 };
    expect(idsOf(faultsThrown(() => new GpuNodePool(stack, 'Pool', { ...pool, availabilityZone: LONG })))).toEqual([
      'INVALID_FORMAT availabilityZone',
    ]);
  });

  test('may be documents, which are arguments', () => {
    expect(argumentFaults([{ name: 'json', optional: false, type: 'string' }], ['a'.repeat(MOST + 1)])).toEqual([]);
  });
});
