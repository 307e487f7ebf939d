import { Right, rightsOf } from './policy-text';
import { stacks } from './programs';
import { Row, ROWS } from './table';

const CLUSTERS = /(?<![\w-])(quickstart|cloud-65b|openai-vllm|training|remaining)(?![\w-])/g;

const rights = stacks().flatMap(rightsOf);

function matching({ address }: Right): Row[] {
  return ROWS.filter((row) => row.address.test(address));
}

function expected(right: Right): string[] {
  const [row] = matching(right);
  const groups = row?.address.exec(right.address) ?? [];
  return (row?.text ?? []).map((line) => line.replace(/<(\d)>/g, (_, index: string) => groups[Number(index)]));
}

describe('what the examples and the constructs that they lack give rights to, and no more', () => {
  test('has one row of the table for each resource, and each row a resource', () => {
    const numbers = rights.map((right) => `${right.address}: ${matching(right).length}`);
    expect(numbers.filter((line) => !line.endsWith(': 1'))).toEqual([]);
    expect(ROWS.filter(({ address }) => !rights.some((right) => address.test(right.address)))).toEqual([]);
  });

  test.each(rights.map((right): [string, Right] => [right.address, right]))('%s', (_, right) => {
    const text = right.text.map((line) => line.replace(CLUSTERS, '<cluster>'));
    expect(text).toEqual(expected(right));
  });
});
