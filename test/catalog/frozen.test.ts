import * as library from '../../lib';

interface Catalog {
  readonly ALL: unknown[];
}

const CATALOGS = Object.entries(library as unknown as { [name: string]: Partial<Catalog> })
  .filter(([, value]) => Array.isArray(value?.ALL))
  .map(([name, value]): [string, Catalog] => [name, value as Catalog]);

test('there are catalogs', () => {
  expect(CATALOGS.map(([name]) => name)).toEqual(expect.arrayContaining(['GpuInstanceType', 'GpuType', 'ModelSpec']));
});

test.each(CATALOGS)('%s.ALL is frozen: a program cannot take a value from every other', (_, catalog) => {
  const before = [...catalog.ALL];
  expect(() => catalog.ALL.pop()).toThrow(TypeError);
  expect(() => catalog.ALL.push(before[0])).toThrow(TypeError);
  expect(catalog.ALL).toEqual(before);
});

test('the labels of a metric are frozen', () => {
  const labels = library.Metric.ALL[0].labels as string[];
  const before = [...labels];
  expect(() => labels.push('mine')).toThrow(TypeError);
  expect(library.Metric.ALL[0].labels).toEqual(before);
});
