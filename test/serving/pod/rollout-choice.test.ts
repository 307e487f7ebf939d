import { GpuInstanceType, ModelSpec, Parallelism } from '../../../lib/catalog';
import { TrainingJob } from '../../../lib/jobs';
import { RdmaFabric } from '../../../lib/network';
import { GpuQueue } from '../../../lib/scheduling';
import { ModelCache, UpdateStrategy, VllmDeployment, VllmDeploymentProps } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { faultsAtSynth, idsOf, reasonsOf, warningsOf } from '../../support/faults';
import { Block, Synthesized } from '../../support/synth';
import { TestPool, withSite } from '../support/fixtures';

/** Eight GPUs of a node. */
const NODE = { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8 }), replicas: 1 };
/** Four of them. */
const HALF = { ...NODE, parallelism: Parallelism.of({ tensor: 4 }) };
/** Two nodes. */
const GROUP = { ...NODE, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) };

interface Case {
  readonly model: typeof NODE;
  readonly props?: Partial<VllmDeploymentProps>;
  readonly queued?: boolean;
}

/** How rollouts of deployments `a`, `b` ... on one pool replace servers: the most that start first, and what they say. */
function rollouts(maxNodes: number, all: readonly Case[], fixed = false, trainings: readonly number[] = []) {
  const made: VllmDeployment[] = [];
  let json: Synthesized | undefined;
  try {
    json = withSite(({ scope, cluster, store: modelStore, pool }) => {
      const fabric = RdmaFabric.efa();
      const nodePool: TestPool & { isAutoscaled?: boolean } = pool(
        GpuInstanceType.P5_48XLARGE,
        maxNodes,
        'gpu',
        fabric,
      );
      if (fixed) Object.assign(nodePool, { isAutoscaled: false, minNodes: maxNodes - 1 });
      const queue = all.some(({ queued }) => queued)
        ? new GpuQueue(scope, 'Queue', { cluster, nodePools: [nodePool] })
        : undefined;
      trainings.forEach(
        (nodes, i) =>
          new TrainingJob(scope, `T${i}`, {
            ...{ cluster, nodePool, modelStore, modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks' },
            ...{ sequenceLength: 4096, steps: 9, checkpointClaim: 'checkpoints', image: 'registry.example.com/t:1' },
            nodes,
          }),
      );
      all.forEach(({ model, props, queued }, i) => {
        const name = 'abcdef'[i];
        const given = { cluster, nodePool, modelStore, vllmImage: 'registry.example.com/vllm-efa:0.24.0', ...props };
        const models = [{ ...model, name }];
        made.push(
          new VllmDeployment(scope, name, { ...given, name: `d${name}`, models, queue: queued ? queue : undefined }),
        );
      });
    });
  } catch {
    // The synthesis fails by what is looked at.
  }
  const explained = made.map((each) => /^rollouts: (.*)$/m.exec(each.explain())?.[1]);
  const ofRollouts = (id: string) => !['NO_LEADER_WORKER_SETS', 'NO_KUEUE'].includes(id);
  return {
    surges: json && made.map((_, i) => surgeOf(json, 'abcdef'[i])),
    faults: made.flatMap((each) => idsOf(faultsAtSynth(each))),
    reasons: made.flatMap((each) => reasonsOf(faultsAtSynth(each))),
    warnings: made.map((each) => idsOf(warningsOf(each)).filter(ofRollouts)),
    warned: made.flatMap((each) => reasonsOf(warningsOf(each).filter(({ id }) => ofRollouts(id)))),
    explained,
  };
}

function surgeOf(json: Synthesized, name: string): number {
  const [deployment] = json.resources('kubernetes_deployment_v1').filter(({ metadata }) => metadata.name === name);
  if (deployment) return Number((deployment.spec.strategy.rolling_update as Block | undefined)?.max_surge ?? 0);
  const values = json
    .resources('helm_release')
    .map((each) => (JSON.parse((each.values as string[])[0]) as Block).resources as Block[]);
  const [set] = values
    .flat()
    .filter((each) => each?.kind === 'LeaderWorkerSet' && each.metadata.name === `${name}-group`);
  return set.spec.rolloutStrategy.rollingUpdateConfiguration.maxSurge as number;
}

const OUTAGE = ['ROLLOUT_IS_AN_OUTAGE'];

describe('rollouts on one pool that may come at the same time', () => {
  test.each<[string, number, Case[], number[], string[][]]>([
    ['two groups with room for both', 8, [{ model: GROUP }, { model: GROUP }], [1, 1], [[], []]],
    ['two groups with room for one', 6, [{ model: GROUP }, { model: GROUP }], [1, 0], [[], OUTAGE]],
    ['two groups with room for none', 5, [{ model: GROUP }, { model: GROUP }], [0, 0], [OUTAGE, OUTAGE]],
    [
      'a group and a server, of which the small one goes first',
      5,
      [{ model: GROUP }, { model: NODE }],
      [0, 1],
      [OUTAGE, []],
    ],
    ['a group and a server with room for both', 6, [{ model: GROUP }, { model: NODE }], [1, 1], [[], []]],
    ['two servers that are alike, in turns', 3, [{ model: NODE }, { model: NODE }], [1, 1], [[], []]],
    ['servers of different size', 3, [{ model: NODE }, { model: HALF }, { model: HALF }], [0, 1, 1], [OUTAGE, [], []]],
    [
      'two groups that a queue starts whole, in turns',
      6,
      [
        { model: GROUP, queued: true },
        { model: GROUP, queued: true },
      ],
      [1, 1],
      [[], []],
    ],
    [
      'a group in a queue that cannot hand out what servers may hold on two nodes',
      5,
      [
        { model: GROUP, queued: true },
        { model: { ...HALF, replicas: 2 }, props: { maxSurge: 0 } },
      ],
      [0, 0],
      [OUTAGE, []],
    ],
    [
      'a group in a queue that can',
      6,
      [
        { model: GROUP, queued: true },
        { model: { ...HALF, replicas: 2 }, props: { maxSurge: 0 } },
      ],
      [1, 0],
      [[], []],
    ],
    [
      'two groups of which a queue starts one',
      6,
      [{ model: GROUP, queued: true }, { model: GROUP }],
      [1, 0],
      [[], OUTAGE],
    ],
  ])('%s', (_, nodes, all, surges, warnings) => {
    const made = rollouts(nodes, all);
    expect(made.faults).toEqual([]);
    expect(made.surges).toEqual(surges);
    expect(made.warnings).toEqual(warnings);
  });

  test('one that is told to surge goes before small ones', () => {
    const all = [{ model: GROUP, props: { maxSurge: 1 } }, { model: NODE }];
    expect(rollouts(5, all)).toMatchObject({ faults: [], surges: [1, 0], warnings: [[], OUTAGE] });
  });

  test('are refused where two are told to and could block each other', () => {
    const told = { model: GROUP, props: { maxSurge: 1 } };
    expect(rollouts(8, [told, told])).toMatchObject({ faults: [], surges: [1, 1] });
    const { faults, reasons } = rollouts(6, [told, told]);
    expect(faults).toEqual(['SURGE_EXCEEDS_POOL maxSurge']);
    expect(reasons[0]).toBe(
      "a rollout of 'b' starts 1 more before it stops old ones (maxSurge), and so may those of 'a' at the same time, but the nodes of pool 'gpu' have " +
        'no room for all of them: each could hold what the other waits for, forever; raise maxNodes, leave maxSurge out',
    );
    // Nodes that nothing adds are a warning, as for one alone.
    expect(rollouts(8, [told, told], true).warnings).toEqual([[], ['SURGE_NEEDS_NODES']]);
  });

  test('say in words what was chosen, and why', () => {
    const { explained, warned } = rollouts(6, [{ model: GROUP }, { model: GROUP }]);
    const why =
      "the nodes of pool 'gpu' have room for one more, but not beside what the rollouts of 'a' start, which may come at the same time: each could hold " +
      'what the other waits for';
    expect(explained).toEqual([
      'a new server starts before the old one stops, for which there is room',
      `1 of the old at a time stops before new ones start, since ${why}`,
    ]);
    expect(warned).toEqual([expect.stringContaining(why)]);
    expect(rollouts(3, [{ model: NODE }, { model: NODE }]).explained).toEqual([
      'a new server starts before the old one stops, for which there is room',
      "a new server starts before the old one stops, for which there is room, in turns with the rollouts of 'a', which wait for the same room",
    ]);
    expect(rollouts(8, [{ model: GROUP }, { model: GROUP }]).explained[1]).toBe(
      "a new server starts before the old one stops, for which there is room, also beside the rollouts of 'a'",
    );
    const told = (props: Partial<VllmDeploymentProps>) => rollouts(2, [{ model: NODE, props }]).explained;
    expect(told({ updateStrategy: UpdateStrategy.RECREATE })[0]).toMatch(/^all servers stop before/);
    expect(told({ maxSurge: 0 })).toEqual(['1 of the old at a time stops before new ones start (maxSurge 0)']);
    expect(told({ maxSurge: 1 })).toEqual(['1 more start before old ones stop (maxSurge)']);
    expect(rollouts(3, [{ model: { ...NODE, replicas: 2 } }]).explained).toEqual([
      '1 of the old at a time stops before new ones start',
    ]);
  });
});

describe('a rollout beside trainings that hold their nodes for long', () => {
  test.each<[string, number, Case, number[], number, string[]]>([
    ['has room for one more beside all of them', 3, { model: NODE }, [1], 1, []],
    ['waits for none, but stops first', 2, { model: NODE }, [1], 0, OUTAGE],
    ['nor for one of several', 4, { model: NODE }, [1, 2], 0, OUTAGE],
    ['shares the node of its old server', 2, { model: HALF }, [1], 1, []],
    ['is told to wait', 2, { model: NODE, props: { maxSurge: 1 } }, [1], 1, []],
  ])('%s', (_, nodes, one, trainings, surge, warnings) => {
    const made = rollouts(nodes, [one], false, trainings);
    expect([made.faults, made.surges, made.warnings]).toEqual([[], [surge], [warnings]]);
  });

  test('says which are in the way', () => {
    expect(rollouts(2, [{ model: NODE }], false, [1]).explained).toEqual([
      "1 of the old at a time stops before new ones start, since the nodes of pool 'gpu' have no room for both while 'training/t0' runs, and it would wait " +
        'for that',
    ]);
    expect(rollouts(1, [{ model: NODE }]).explained[0]).not.toMatch(/while/);
  });
});

describe('a cache that has no room for two versions of the weights', () => {
  const cache = (gib: number) => ModelCache.onNode({ size: DataSize.gib(gib) });
  const claim = (gib: number) => ModelCache.claim({ claimName: 'weights', size: DataSize.gib(gib) });
  // 70B in 16 bits are 135 GiB.
  const of = (model: typeof NODE, modelCache: ModelCache, props: Partial<VllmDeploymentProps> = {}) => [
    { model, props: { modelCache, ...props } },
  ];

  test.each<[string, Case[], number[] | undefined, string[]]>([
    ['lets no server surge on the node of the old one', of(HALF, cache(200)), [0], []],
    ['unless it has room', of(HALF, cache(300)), [1], []],
    ['or the new one goes to another node', of(NODE, cache(200)), [1], []],
    [
      'is refused where a surge is told',
      of(HALF, cache(200), { maxSurge: 1 }),
      undefined,
      ['VERSIONS_EXCEED_CACHE modelCache.size'],
    ],
    [
      'and taken where all servers stop first',
      of(HALF, cache(200), { updateStrategy: UpdateStrategy.RECREATE }),
      undefined,
      [],
    ],
    [
      'is refused where others of the node stay until the new one is ready',
      of({ ...HALF, replicas: 2 }, cache(200)),
      undefined,
      ['VERSIONS_EXCEED_CACHE modelCache.size'],
    ],
    [
      'unless all of them stop at once',
      of({ ...HALF, replicas: 2 }, cache(200), { maxUnavailable: 2, maxSurge: 0 }),
      [0],
      [],
    ],
    ['and on a claim, which is one for all nodes', of(NODE, claim(200)), [0], []],
    [
      'refused for several on a claim',
      of({ ...NODE, replicas: 2 }, claim(200)),
      undefined,
      ['VERSIONS_EXCEED_CACHE modelCache.size'],
    ],
  ])('%s', (_, all, surges, faults) => {
    const made = rollouts(3, all);
    expect(made.faults).toEqual(faults);
    if (surges) expect(made.surges).toEqual(surges);
  });

  test('says its number', () => {
    const why = 'its modelCache has 204800 MiB, and weights of two versions need';
    expect(rollouts(3, of(HALF, cache(200))).warned).toEqual([expect.stringContaining(`${why} 2691`)]);
    expect(rollouts(3, of(HALF, cache(200))).warned).toEqual([
      expect.stringMatching(/ MiB; raise modelCache\.size to that, or pass maxSurge: 0 if that is accepted$/),
    ]);
  });
});
