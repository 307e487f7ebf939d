import { readFileSync } from 'fs';
import * as path from 'path';
import { cpuInstanceSize } from '../../lib/catalog/cpu-instance-size';

const FIXTURE = path.join(__dirname, 'fixtures/ec2-cpu-instance-types.json');
type Row = [vcpus: number, memoryMib: number, pods: number];
const { types } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as {
  types: { [family: string]: { [size: string]: Row } };
};

/** Of these the table says nothing: no system pod fits, or the processor count is not that of the other generations. */
const LEFT_OUT = /^t\w+\.(nano|micro)$|^t2\.small$/;

describe('instance types without GPUs', () => {
  test.each(Object.keys(types))('%s: every size is as EC2 has it', (family) => {
    for (const [size, [vcpus, memoryMib, podsByAddresses]] of Object.entries(types[family])) {
      const name = `${family}.${size}`;
      expect([name, cpuInstanceSize(name)]).toEqual([
        name,
        LEFT_OUT.test(name) ? undefined : { vcpus, memoryMib, podsByAddresses },
      ]);
    }
  });

  test.each(['m7i.metal-24xl', 'p5.48xlarge', 'q9.large', 'm7i', 'm7i.constructor', 't3.toString', ''])(
    '%s is not known',
    (name) => expect(cpuInstanceSize(name)).toBeUndefined(),
  );
});
