import { faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized } from '../support/synth';
import { variableOrder, variablesOf } from '../../lib/kubernetes/variable-order';
import { DeploymentOverrides, Site, deploy } from './support/fixtures';
import { deployVllm } from './support/vllm-fixtures';

const SERVERS: readonly [string, (options: DeploymentOverrides) => { json: Synthesized; site: Site }][] = [
  ['Triton', (options) => deploy(options)],
  ["vLLM's own server", ({ models: _, ...options }) => deployVllm(options)],
];

const SECRET = { name: 's', key: 'k' };

test.each([
  ['$(A)/x$(B)', ['A', 'B']],
  ['$$(A)', []],
  ['$$$(A)', ['A']],
  ['$A ${B} $', []],
  ['$(A', []],
])('%s refers to %j, as the kubelet reads it', (value, names) => {
  expect(variablesOf(value)).toEqual(names);
});

describe('a variable comes after those that it refers to', () => {
  const order = (variables: { [name: string]: string }) =>
    variableOrder(Object.entries(variables).map(([name, value]) => ({ name, value })))
      .map(({ name }) => name)
      .join(' ');

  test.each([
    [{ A: '1', B: '2', C: '3' }, 'A B C'],
    [{ A: '$(C)', B: '2', C: '3' }, 'C A B'],
    [{ A: '$(B)', B: '$(C)', C: '3' }, 'C B A'],
    [{ A: '1', B: '$(A)', C: '$(A)$(B)' }, 'A B C'],
    [{ A: '$$(C)', B: '$(ELSEWHERE)', C: '3' }, 'A B C'],
    [{ A: '$(A):/x', B: '$(C)', C: '$(B)' }, 'A C B'],
  ])('%j', (variables, expected) => {
    expect(order(variables)).toBe(expected);
  });

  describe.each(SERVERS)('in the pods of %s', (_, make) => {
    const { json } = make({
      environment: { CONF: '$(ROOT)/conf', ROOT: '/srv', DATABASE_URL: 'postgres://u:$(PASSWORD)@db/x' },
      secretEnvironment: { PASSWORD: SECRET },
      sidecars: [
        {
          name: 'proxy',
          image: 'registry.example.com/proxy:1',
          environment: { AUTH: 'u:$(PW)' },
          secretEnvironment: { PW: SECRET },
        },
      ],
    });
    const { container } = json.only('kubernetes_deployment_v1').spec.template.spec as Block;
    const names = (i: number) => (container[i].env as { name: string }[]).map(({ name }) => name);

    test('of the server', () => {
      const all = names(0);
      expect(all.indexOf('CONF')).toBeGreaterThan(all.indexOf('ROOT'));
      expect(all.indexOf('DATABASE_URL')).toBeGreaterThan(all.indexOf('PASSWORD'));
    });

    test('of a sidecar', () => {
      expect(names(1)).toEqual(['PW', 'AUTH']);
    });

    test('text beside a reference is a secret still', () => {
      const environment = { URL: 'postgres://u:hunter2$(PASSWORD)@db/x', API_KEY: 'hunter2$(PASSWORD)' };
      expect(idsOf(faultsThrown(() => make({ environment })))).toEqual([
        "LITERAL_SECRET environment['URL']",
        "LITERAL_SECRET environment['API_KEY']",
      ]);
    });
  });
});
