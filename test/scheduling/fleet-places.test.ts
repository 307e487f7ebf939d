import { App } from 'cdktf';
import { fleet, poolName } from '../../bench/fleet/fleet';
import { PlacedPod, Promised, countsOf, differences, promisesOf } from '../../bench/fleet/places';

const SMALL = { pools: 2, nodes: 20, deployments: 4, groups: 2 };

describe('the bench of a fleet', () => {
  test('reads of the proof where each workload goes', () => {
    const { checks } = fleet(new App({ stackTraces: false }), SMALL);
    expect(checks.faults).toEqual([]);
    expect(promisesOf(checks.explain())).toEqual([
      { workload: 'inference/chat-0', pods: 4, pools: [poolName(0)] },
      { workload: 'inference/chat-1', pods: 4, pools: [poolName(1)] },
      { workload: 'inference/chat-2', pods: 4, pools: [poolName(0)] },
      { workload: 'inference/chat-3', pods: 4, pools: [poolName(1)] },
      { workload: 'inference/large-0-group', pods: 2, pools: [poolName(0)] },
      { workload: 'inference/large-1-group', pods: 2, pools: [poolName(1)] },
    ]);
  });

  const PROMISES: Promised[] = [
    { workload: 'a/chat', pods: 1, pools: ['rack-0'] },
    { workload: 'a/large', pods: 2, pools: ['rack-0', 'rack-1'] },
  ];
  const CHAT: PlacedPod = { workload: 'a/chat', node: 'node-0', pool: 'rack-0' };
  const LEADER: PlacedPod = { workload: 'a/large', group: '0', node: 'node-1', pool: 'rack-1' };
  const WORKER: PlacedPod = { ...LEADER, node: 'node-3' };

  test('finds nothing where every pod is where it was promised', () => {
    expect(differences(PROMISES, [CHAT, LEADER, WORKER])).toEqual([]);
  });

  test.each<[string, PlacedPod[], string[]]>([
    ['a pod too few', [LEADER, WORKER], ['a/chat has 0 pods, not 1']],
    ['a pod too many', [CHAT, CHAT, LEADER, WORKER], ['a/chat has 2 pods, not 1']],
    [
      'another pool',
      [{ ...CHAT, node: 'node-1', pool: 'rack-1' }, LEADER, WORKER],
      ['a pod of a/chat is on node-1 of rack-1, not on rack-0'],
    ],
    [
      'no node',
      [{ ...CHAT, node: undefined, pool: undefined }, LEADER, WORKER],
      ['a pod of a/chat is on no node, not on rack-0'],
    ],
    [
      'a group over two pools',
      [CHAT, LEADER, { ...WORKER, node: 'node-2', pool: 'rack-0' }],
      ['group 0 of a/large is spread over rack-1, rack-0'],
    ],
    ['a group on one node', [CHAT, LEADER, { ...WORKER, node: 'node-1' }], ['pods of group 0 of a/large share a node']],
    [
      'a group that waits',
      [CHAT, ...[LEADER, WORKER].map((each) => ({ ...each, node: undefined, pool: undefined }))],
      Array.from({ length: 2 }, () => 'a pod of a/large is on no node, not on rack-0 or rack-1'),
    ],
    [
      'a workload that the proof does not know',
      [CHAT, LEADER, WORKER, { ...CHAT, workload: 'a/other' }],
      ['the proof says nothing of a/other'],
    ],
  ])('finds %s', (_, pods, expected) => {
    expect(differences(PROMISES, pods)).toEqual(expected);
  });

  test('counts what is on each pool', () => {
    const promises = [PROMISES[0], { ...PROMISES[1], pools: ['rack-1'] }];
    expect(countsOf(promises, [CHAT, LEADER, WORKER])).toEqual([
      { pool: 'rack-0', promised: 1, pods: 1, groups: 0, nodes: 1 },
      { pool: 'rack-1', promised: 2, pods: 2, groups: 1, nodes: 2 },
    ]);
  });
});
