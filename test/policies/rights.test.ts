import { Right, rightsOf } from './policy-text';
import { PROGRAMS, stacksOf } from './programs';
import { Row, ROWS } from './table';

const CLUSTERS = /(?<![\w-])(quickstart|cloud-65b|openai-vllm|training|remaining)(?![\w-])/g;

const rightsIn = (name: string): Right[] => stacksOf(PROGRAMS[name]).flatMap(rightsOf);

function matching({ address }: Right): Row[] {
  return ROWS.filter((row) => row.address.test(address));
}

function expected(right: Right): string[] {
  const [row] = matching(right);
  const groups = row?.address.exec(right.address) ?? [];
  return (row?.text ?? []).map((line) => line.replace(/<(\d)>/g, (_, index: string) => groups[Number(index)]));
}

describe('what the examples and the constructs that they lack give rights to, and no more', () => {
  test.each(Object.keys(PROGRAMS))('%s', (name) => {
    const rights = rightsIn(name);
    const found = rights.map(({ address, text }) => [address, text.map((line) => line.replace(CLUSTERS, '<cluster>'))]);
    expect(found).toEqual(rights.map((right) => [right.address, expected(right)]));
  });

  test('has one row of the table for each resource, and each row a resource', () => {
    const rights = Object.keys(PROGRAMS).flatMap(rightsIn);
    const numbers = rights.map((right) => `${right.address}: ${matching(right).length}`);
    expect(numbers.filter((line) => !line.endsWith(': 1'))).toEqual([]);
    expect(ROWS.filter(({ address }) => !rights.some((right) => address.test(right.address)))).toEqual([]);
  });
});
