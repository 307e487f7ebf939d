import { ROWS } from './objects';
import { ObjectFacts, objectsOf } from './pod-text';
import { stacks } from './programs';

const objects = stacks().flatMap(objectsOf);

const matching = ({ address }: ObjectFacts) => ROWS.filter((row) => row.address.test(address));

describe('what every object without pods is, rights to the API server above all', () => {
  test('has one row of the table for each object, and each row an object', () => {
    const numbers = objects.map((each) => `${each.address}: ${matching(each).length}`);
    expect(numbers.filter((line) => !line.endsWith(': 1'))).toEqual([]);
    expect(ROWS.filter(({ address }) => !objects.some((each) => address.test(each.address)))).toEqual([]);
  });

  test.each(objects.map((each): [string, ObjectFacts] => [each.address, each]))('%s', (_, found) => {
    const [row] = matching(found);
    const [, name] = row.address.exec(found.address) ?? [];
    expect(found.text).toEqual(row.text.map((line) => line.replace('<1>', name)).sort());
  });
});
