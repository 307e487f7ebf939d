import { PriorityClassV1, PriorityClassV1Config } from '@cdktf/provider-kubernetes/lib/priority-class-v1';
import { TerraformResource } from 'cdktf';
import { kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { hintScheduling } from '../../lib/kubernetes/scheduling-hints';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';
import { PoolOptions, demand, fill, gpus } from './checks-support';

const LARGE = { ...gpus(8), name: 'inference/large' };

type PriorityClass = Omit<PriorityClassV1Config, 'metadata'>;

interface Given {
  readonly pools?: { [name: string]: PoolOptions };
  readonly classes?: { readonly [name: string]: PriorityClass };
  readonly more?: (cluster: TestCluster) => void;
}

function clusterOf(demands: PodDemand[], { pools = { p5: { nodes: 50 } }, classes = {}, more }: Given) {
  const stack = testStack();
  const cluster = testCluster(stack);
  fill(cluster, pools, demands);
  for (const [name, config] of Object.entries(classes))
    new PriorityClassV1(stack, name, { ...kubernetesMeta(cluster, cluster), metadata: { name }, ...config });
  more?.(cluster);
  return { stack, cluster };
}

function warned(demands: PodDemand[], given: Given = {}): string[] {
  const { stack, cluster } = clusterOf(demands, given);
  cluster.node.validate();
  cluster.node.validate();
  expect(ClusterChecks.of(cluster).faults).toEqual([]);
  return warningsOf(stack).flatMap(({ id, reason }) => (id === 'LARGE_POD_MAY_WAIT' ? [reason] : []));
}

describe('a large pod may wait for small ones', () => {
  const small = Array.from({ length: 10 }, (_, i) => demand({ name: `inference/chat-${i}`, pods: 6 }));
  const group = demand({ ...LARGE, pods: 2, podsPerGroup: 2 });

  test('as on a real scheduler, which put 60 pods of one GPU on all of 50 nodes', () => {
    const found = warned([...small, group]);
    expect(found).toEqual([expect.stringContaining("('inference/chat-0' 6 x 1 GPU, ")]);
    expect(found[0]).toContain('leave none on any of 50 nodes; ');
    expect(found[0]).toContain('raise maxNodes to 62');
    const explained = ClusterChecks.of(clusterOf([...small, group], {}).cluster).explain();
    expect(explained).toContain('Large pods that come last');
    expect(explained).toMatch(/inference\/large +8 +p5 +50 +50 +may wait; 62 nodes make it safe/);
  });

  test('not with the number of nodes that it states, but with one less', () => {
    expect(warned([...small, group], { pools: { p5: { nodes: 61 } } })).toHaveLength(1);
    const safe = { pools: { p5: { nodes: 62 } } };
    expect(warned([...small, group], safe)).toEqual([]);
    const explained = ClusterChecks.of(clusterOf([...small, group], safe).cluster).explain();
    expect(explained).toMatch(/inference\/large +8 +p5 +62 +61 +a node is left/);
  });

  test.each<[string, PodDemand[], Given]>([
    [
      'pools of their own',
      [...small, demand({ ...LARGE, nodeSelector: { large: 'true' } })],
      {
        pools: { p5: { nodes: 50 }, own: { labels: { large: 'true' } } },
      },
    ],
    ['all of one size', [demand({ ...gpus(4), pods: 99 }), demand({ ...gpus(4), name: 'inference/other' })], {}],
    [
      'a single node',
      [demand({ pods: 4 }), demand({ ...gpus(4), name: 'inference/large' })],
      { pools: { p5: { nodes: 1 } } },
    ],
    [
      'room on another pool',
      [demand({ pods: 8 }), demand({ ...LARGE, nodeSelector: { both: 'true' } })],
      {
        pools: { p5: { labels: { both: 'true' } }, other: { nodes: 1, labels: { both: 'true' } } },
      },
    ],
    ['small ones that end', [demand({ pods: 60, temporary: true }), demand(LARGE)], {}],
    ['large ones that end and may wait', [...small, demand({ ...LARGE, temporary: true })], {}],
  ])('but not with %s', (_, demands, given) => {
    expect(warned(demands, given)).toEqual([]);
  });

  test('pods of any size, where larger ones that may run elsewhere come first', () => {
    const pools = { p5: { labels: { both: 'true' } }, other: { nodes: 1, labels: { both: 'true' } } };
    const [reason, ...more] = warned([demand({ pods: 9 }), demand({ ...LARGE, nodeSelector: { both: 'true' } })], {
      pools,
    });
    expect(reason).toContain("pods of 'inference/chat' 9 x 1 GPU may wait for a node of pool 'p5' with 1 GPU free");
    expect(more).toEqual([]);
  });

  test('where pools together have too few nodes, all of them are named', () => {
    const pools = { p5: { labels: { both: 'true' } }, other: { nodes: 1, labels: { both: 'true' } } };
    const nodeSelector = { both: 'true' };
    const [reason] = warned([demand({ pods: 3, nodeSelector }), demand({ ...LARGE, nodeSelector })], { pools });
    expect(reason).toContain("pools 'other', 'p5'");
    expect(reason).toContain('give these pools 4 nodes together');
  });

  test('by the nodes that are there where nothing adds any', () => {
    const pool = { nodes: 70, isAutoscaled: false };
    const pods = [...small, group];
    const fixed = (minNodes: number) => ({ pools: { p5: { ...pool, minNodes } as PoolOptions } });
    expect(warned(pods, fixed(50))).toEqual([expect.stringContaining('raise minNodes to 62')]);
    expect(warned(pods, fixed(62))).toEqual([]);
    // Too few even if packed, which is another warning.
    expect(warned(pods, fixed(0))).toEqual([]);
  });

  test('a training that must have room beside what stays, and a queued one only beside the fewest servers', () => {
    const training = (hints: Parameters<typeof hintScheduling>[1], fewestPods?: number) => {
      const demands = [demand({ pods: 2 }), demand({ ...LARGE, temporary: true })];
      const more = ({ node }: TestCluster) => {
        const [servers, trained] = ['W0', 'W1'].map((id) => node.findChild(id).node.findChild('Resource'));
        hintScheduling(servers as TerraformResource, { fewestPods });
        hintScheduling(trained as TerraformResource, hints);
      };
      return warned(demands, { pools: { p5: {} }, more });
    };
    expect(training({ besideLasting: true })).toHaveLength(1);
    expect(training({ besideLasting: true, queued: true })).toHaveLength(1);
    expect(training({ besideLasting: true, queued: true }, 1)).toEqual([]);
    expect(training({})).toEqual([]);
  });
});

describe('priority makes room', () => {
  const waits = (large?: string, others?: string, classes?: Given['classes']) =>
    warned([demand({ pods: 2, priorityClass: others }), demand({ ...LARGE, priorityClass: large })], {
      pools: { p5: {} },
      classes,
    }).length > 0;

  test.each<[string, boolean, string | undefined, string | undefined, Given['classes']]>([
    ['none', true, undefined, undefined, {}],
    ['a class of the large ones that is not known here', false, 'large', undefined, {}],
    ['the same class', true, 'large', 'large', {}],
    ['two classes that are not known here', true, 'large', 'other', {}],
    ['a class of the small ones alone', true, undefined, 'small', {}],
    ['small ones below zero', false, undefined, 'small', { small: { value: -1 } }],
    ['a higher class', false, 'large', 'small', { large: { value: 10 }, small: { value: 5 } }],
    ['a lower class', true, 'large', 'small', { large: { value: 5 }, small: { value: 10 } }],
    ['a class below those without one', true, 'large', undefined, { large: { value: -5 } }],
    ['a class that waits', true, 'large', undefined, { large: { value: 5, preemptionPolicy: 'Never' } }],
    [
      'a class for all others above it',
      true,
      'large',
      undefined,
      { large: { value: 5 }, all: { value: 9, globalDefault: true } },
    ],
    [
      'a class for all others below it',
      false,
      'large',
      undefined,
      { large: { value: 15 }, all: { value: 9, globalDefault: true } },
    ],
    ['a class of Kubernetes', false, 'system-cluster-critical', 'small', { small: { value: 1000 } }],
  ])('%s', (_, expected, large, others, classes) => {
    expect(waits(large, others, classes)).toBe(expected);
  });
});
