import { canonicalQuantity, withCanonicalQuantities } from '../../lib/manifests/canonical-quantity';

/** From the tests of `resource.Quantity` (TestQuantityParse and TestQuantityString of apimachinery 0.35), and what follows from its documentation. */
test.each([
  ['1024Mi', '1Gi'],
  ['15360Mi', '15Gi'],
  ['1536Mi', '1536Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1024', '1024'],
  ['1000', '1k'],
  ['2000000', '2M'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  ['.1', '100m'],
  ['100m', '100m'],
  ['1024Ki', '1Mi'],
  ['0', '0'],
  ['0Gi', '0'],
  ['-1024Mi', '-1Gi'],
  ['12345678', '12345678'],
  ['8', '8'],
  ['0.0000000001', '0.0000000001'],
  ['1e3', '1e3'],
  ['x', 'x'],
  ['', ''],
])('%s is written as %s', (given, written) => {
  expect(canonicalQuantity(given)).toBe(written);
});

test('only quantities of an object are written so', () => {
  const data = { limits: '1024Mi', value: '1000' };
  const labels = { capacity: '1024Mi' };
  expect(
    withCanonicalQuantities({
      metadata: { labels },
      data,
      spec: {
        capacity: { storage: '1024Mi' },
        containers: [{ name: '1000', resources: { limits: { cpu: '1000m' } } }],
      },
    }),
  ).toEqual({
    metadata: { labels },
    data,
    spec: { capacity: { storage: '1Gi' }, containers: [{ name: '1000', resources: { limits: { cpu: '1' } } }] },
  });
});
