import { podRequests } from '../../lib/scheduling/pod-requests';
import { quantityValue, readableAmount } from '../../lib/kubernetes/quantity';

test('a pod asks for the larger of its containers and its largest init container', () => {
  const of = (requests: { [resource: string]: string }) => ({ resources: { requests } });
  const main = [of({ cpu: '1500m', memory: '1Gi' }), { resources: { limits: { cpu: '1', 'nvidia.com/gpu': '2' } } }];
  expect(podRequests(main, [of({ cpu: '1', memory: '4Gi' }), of({ cpu: '4' })])).toEqual({
    cpu: '4',
    memory: '4Gi',
    'nvidia.com/gpu': '2000m',
  });
});

test('what is no quantity is kept to be refused, wherever it stands', () => {
  const of = (cpu: string) => ({ resources: { requests: { cpu } } });
  expect(podRequests([of('1'), of('many')], [of('2')])).toEqual({ cpu: 'many' });
  expect(podRequests([of('1')], [of('many')])).toEqual({ cpu: 'many' });
});

test.each([
  ['1', 1],
  ['250m', 0.25],
  ['1.5', 1.5],
  ['5120Mi', 5120 * 2 ** 20],
  ['2Gi', 2 ** 31],
  ['1k', 1000],
  ['1e3', 1000],
  ['1E3', 1000],
  ['12E-1', 1.2],
  ['1E', 1e18],
  ['1Ei', 2 ** 60],
  ['500000u', 0.5],
  ['5n', 5e-9],
  ['.5', 0.5],
  ['5.', 5],
  ['+1', 1],
  ['1Zi', NaN],
  ['.', NaN],
  ['1em', NaN],
  ['-1', NaN],
  ['many', NaN],
  ['', NaN],
])('the value of %s', (text, value) => {
  expect(quantityValue(text)).toBe(value);
});

test('amounts are written for people', () => {
  expect(readableAmount('memory', 1.5 * 2 ** 30)).toBe('1.5 GiB');
  expect(readableAmount('hugepages-2Mi', 5 * 2 ** 30)).toBe('5 GiB');
  expect(readableAmount('cpu', 1 / 3)).toBe('0.33');
});
