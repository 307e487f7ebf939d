import { stacksOf } from '../policies/programs';
import { PROGRAMS } from './programs';
import { ReleaseFacts, releasesOf } from './release-text';
import { ROWS as OTHERS } from './releases';
import { AI_GATEWAY_ROWS } from './releases-ai-gateway';

const ROWS = [...OTHERS, ...AI_GATEWAY_ROWS];

const releasesIn = (name: string): ReleaseFacts[] => stacksOf(PROGRAMS[name]).flatMap(releasesOf);

const matching = ({ address }: ReleaseFacts) => ROWS.filter((row) => row.address.test(address));

describe('what every release of a chart is told, and every custom resource, and no more', () => {
  test.each(Object.keys(PROGRAMS))('%s', (name) => {
    const found = releasesIn(name);
    const expected = found.map((each) => {
      const [row] = matching(each);
      return { address: each.address, chart: [...row.chart].sort(), values: [...row.values].sort() };
    });
    expect(found).toEqual(expected);
  });

  test('has one row of the table for each, and one of each for every row', () => {
    const found = Object.keys(PROGRAMS).flatMap(releasesIn);
    const numbers = found.map((each) => `${each.address}: ${matching(each).length}`);
    expect(numbers.filter((line) => !line.endsWith(': 1'))).toEqual([]);
    expect(ROWS.filter(({ address }) => !found.some((each) => address.test(each.address)))).toEqual([]);
  });
});
