import { STRUCTS } from '../../lib/units/public-kinds';
import { SYNONYM_TABLE, propertySynonyms } from '../../lib/units/property-synonyms';
import { structFaults } from '../../lib/units/struct-faults';

const PROPERTIES = Object.values(STRUCTS).map((row) => row.split('; ').map((each) => each.split(/\??: /)[0]));

test.each(Object.entries(SYNONYM_TABLE))('%s means a property that there is: %j', (name, meant = []) => {
  expect(name).toMatch(/^[a-z]+$/);
  for (const each of meant) expect(PROPERTIES.some((known) => known.includes(each))).toBe(true);
  // Some struct has the first of them and lacks a property of the name itself, so that the row can be read.
  const readers = PROPERTIES.filter((known) => known.includes(meant[0]) && !known.includes(name));
  expect(readers.length).toBeGreaterThan(0);
  expect(propertySynonyms(name, readers[0])).toContain(meant[0]);
});

test.each([
  ['ServedModel', 'maxModelLen', "'contextLength'"],
  ['ServedModel', 'max_model_len', "'contextLength'"],
  ['ServedModel', 'tensorParallelSize', "'parallelism'"],
  ['ServedModel', 'tensor-parallel-size', "'parallelism'"],
  ['VllmDeploymentProps', 'strategy', "'updateStrategy' or 'maxSurge' or 'maxUnavailable'"],
  ['VllmDeploymentProps', 'imagePullSecrets', "'imageRegistry'"],
  ['VllmDeploymentProps', 'serviceAccount', "'serviceAccountName' or 'serviceAccountAnnotations'"],
  ['VllmDeploymentProps', 'storageURI', "'modelStore'"],
  ['VllmDeploymentProps', 'env', "'environment' or 'secretEnvironment'"],
  ['VllmDeploymentProps', 'image', "'vllmImage' or 'servingImage'"],
  ['GpuNodePoolProps', 'desiredSize', "'initialNodes'"],
] as const)('%s: %s is advised', (struct, name, meant) => {
  const found = structFaults(struct, { [name]: 1 }).find(({ id }) => id === 'UNKNOWN_PROPERTY');
  expect(found?.reason).toBe(`${struct} has no property '${name}'; use ${meant}, or leave it out`);
});

test('a name of no tool is not', () => {
  expect(propertySynonyms('constructor', ['parallelism'])).toEqual([]);
  expect(propertySynonyms('maxmodellen', ['name'])).toEqual([]);
});
