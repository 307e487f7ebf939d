import { PodVolume } from '../../../lib/serving';
import { faultsThrown, idsOf } from '../../support/faults';
import { DeploymentOverrides, deploy } from '../support/fixtures';

test.each<[string, DeploymentOverrides, string]>([
  ['a bad label key', { podLabels: { 'bad label!': 'x' } }, "INVALID_FORMAT podLabels['bad label!']"],
  ['a bad label value', { podLabels: { team: 'a b' } }, "INVALID_FORMAT podLabels['team']"],
  ['a bad annotation key', { podAnnotations: { 'a b': 'x y' } }, "INVALID_FORMAT podAnnotations['a b']"],
  [
    'a bad annotation of the service',
    { serviceAnnotations: { 'x y z': '1' } },
    "INVALID_FORMAT serviceAnnotations['x y z']",
  ],
  ['a bad node selector', { nodeSelector: { 'bad key!': 'x' } }, "INVALID_FORMAT nodeSelector['bad key!']"],
  ['a bad priority class', { priorityClassName: 'High Prio' }, 'INVALID_NAME priorityClassName'],
  ['a bad variable', { environment: { '1 X=': 'x' } }, "INVALID_NAME environment['1 X=']"],
  ['a bad secret of a volume', { volumes: [PodVolume.secret('vol', 'x y')] }, 'INVALID_NAME volumes[0].source'],
  [
    'a bad secret of a variable',
    { secretEnvironment: { TOKEN: { name: 'My_Secret', key: 'token' } } },
    "INVALID_NAME secretEnvironment['TOKEN'].name",
  ],
  [
    'a bad variable of a sidecar',
    { sidecars: [{ name: 'proxy', image: 'registry.example.com/proxy:1', environment: { 'a=b': 'x' } }] },
    "INVALID_NAME sidecars[0].environment['a=b']",
  ],
])('%s is refused', (_, overrides, expected) => {
  expect(idsOf(faultsThrown(() => deploy(overrides)))).toEqual([expected]);
});
