import { GpuInstanceType } from '../../../lib/catalog';
import { Warnings } from '../../../lib/core';
import { ModelImport, ModelSource } from '../../../lib/jobs';
import { ServerAutoscaling, TritonDeployment, TritonDeploymentProps, UpdateStrategy } from '../../../lib/serving';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { TestPool, deploy, llama8b, withSite } from '../support/fixtures';

const { G5_XLARGE, G5_12XLARGE } = GpuInstanceType;
const SURGE = { max_surge: '1', max_unavailable: '0' };
const STOP = { max_surge: '0', max_unavailable: '1' };

/** What keeps the rollouts of deployments on one pool from ending, and what they warn of. */
function rolloutFaults(all: Partial<TritonDeploymentProps>[], pool: Parameters<typeof rollouts>[1]) {
  const made: TritonDeployment[] = [];
  try {
    rollouts(all, pool, made);
  } catch {
    // The synthesis fails by what is looked at.
  }
  return {
    faults: made.map((each) => idsOf(faultsAtSynth(each))),
    warnings: made.map((each) => idsOf(warningsOf(each))),
  };
}

/** How the pods of deployments on one pool are replaced, and what they warn of. */
function rollouts(
  all: Partial<TritonDeploymentProps>[],
  { type = G5_XLARGE, maxNodes = 2, fixed = false, imports = false, accepted = false } = {},
  made: TritonDeployment[] = [],
) {
  const json = withSite(({ scope, cluster, store, pool }) => {
    const nodePool: TestPool & { isAutoscaled?: boolean } = pool(type, maxNodes);
    if (fixed) Object.assign(nodePool, { isAutoscaled: false, minNodes: 1 });
    if (accepted) Warnings.accept(scope, 'ROLLOUT_IS_AN_OUTAGE', 'nobody asks at night');
    if (imports) {
      const source = ModelSource.urls([{ url: 'https://example.com/config.json' }]);
      new ModelImport(scope, 'Import', { cluster, modelStore: store, model: 'chat', source });
    }
    all.forEach((props, i) =>
      made.push(
        new TritonDeployment(scope, `D${i}`, { cluster, nodePool, modelStore: store, models: [llama8b], ...props }),
      ),
    );
  });
  return {
    strategies: json.resources('kubernetes_deployment_v1').map(({ spec }) => spec.strategy.rolling_update),
    awaits: json.resources('kubernetes_deployment_v1').map(({ depends_on: on }) => /job_v1/.test(JSON.stringify(on))),
    // Nothing watches here.
    warnings: made.map((each) => idsOf(warningsOf(each)).filter((id) => id !== 'LOAD_NOT_RECORDED')),
    specs: json.resources('kubernetes_deployment_v1').map(({ spec }) => spec.strategy),
  };
}

const WARNED = ['ROLLOUT_IS_AN_OUTAGE'];
const ONE = { maxNodes: 1 };
const between = (minReplicas: number, maxReplicas: number) => ServerAutoscaling.hpa({ minReplicas, maxReplicas });

describe('a single server', () => {
  test.each<[string, Parameters<typeof rollouts>[0], Parameters<typeof rollouts>[1], object[], string[][]]>([
    ['surges on a second node', [{}], {}, [SURGE], [[]]],
    ['surges on the same node where that has GPUs left', [{}], { type: G5_12XLARGE, maxNodes: 1 }, [SURGE], [[]]],
    ['stops first on a full pool, and says so', [{}], { maxNodes: 1 }, [STOP], [WARNED]],
    ['stops first where nothing adds the second node', [{}], { fixed: true }, [STOP], [WARNED]],
    ['stops first where another takes the room', [{}, {}], {}, [STOP, STOP], [WARNED, WARNED]],
    [
      'surges one after the other where there is room for one more',
      [{}, {}],
      { maxNodes: 3 },
      [SURGE, SURGE],
      [[], []],
    ],
    ['stops first without a word where that is said', [{ maxSurge: 0 }], {}, [STOP], [[]]],
    ['stops first without a word where that is accepted', [{}], { maxNodes: 1, accepted: true }, [STOP], [[]]],
    ['of many is no outage', [{ replicas: 2 }], { maxNodes: 3 }, [STOP], [[]]],
    ['may be left by a scaler: surges beside the most of them', [{ maxReplicas: 2 }], { maxNodes: 3 }, [SURGE], [[]]],
    ['may be left by a scaler: that keeps the pool full', [{ maxReplicas: 2 }], {}, [STOP], [[]]],
    ['is left by a scaler of ours on a full pool: says so', [{ autoscaling: between(1, 2) }], {}, [STOP], [WARNED]],
    ['is all that a scaler of ours may start: says so', [{ autoscaling: between(1, 1) }], ONE, [STOP], [WARNED]],
    ['is left by a scaler of ours, and surges', [{ autoscaling: between(1, 2) }], { maxNodes: 3 }, [SURGE], [[]]],
    ['is never left by a scaler of ours', [{ autoscaling: between(2, 3) }], { maxNodes: 3 }, [STOP], [[]]],
    ['of a scaler stops first where that is said', [{ autoscaling: between(1, 2), maxSurge: 0 }], {}, [STOP], [[]]],
  ])('%s', (_what, all, pool, strategies, warnings) => {
    const made = rollouts(all, pool);
    expect(made.strategies).toEqual(strategies);
    expect(made.warnings).toEqual(warnings);
  });

  test('waits for the import of its model unless it is told to surge', () => {
    expect(rollouts([{}], { imports: true })).toMatchObject({ strategies: [SURGE], awaits: [true] });
    expect(rollouts([{ maxSurge: 1 }], { imports: true })).toMatchObject({ strategies: [SURGE], awaits: [false] });
    expect(rollouts([{}], { imports: true, maxNodes: 1 })).toMatchObject({ strategies: [STOP], awaits: [true] });
  });

  test('is replaced in the same way whichever stack is looked at', () => {
    expect(deploy().json.only('kubernetes_deployment_v1').spec.strategy.rolling_update).toEqual(SURGE);
  });
});

describe('a rollout that is told to start new servers first', () => {
  test.each<[string, Parameters<typeof rollouts>[0], Parameters<typeof rollouts>[1], string[][], string[][]]>([
    ['finds a node', [{ maxSurge: 1 }], {}, [[]], [[]]],
    [
      'finds none where another takes the room',
      [{ maxSurge: 1 }, {}],
      {},
      [['SURGE_EXCEEDS_POOL maxSurge'], []],
      [[], WARNED],
    ],
    ['does so after another rollout', [{ maxSurge: 1 }, { maxSurge: 1 }], { maxNodes: 3 }, [[], []], [[], []]],
    [
      'needs room for as many as it says',
      [{ maxSurge: 2 }, {}],
      { maxNodes: 3 },
      [['SURGE_EXCEEDS_POOL maxSurge'], []],
      [[], []],
    ],
    ['needs nodes that somebody adds', [{ maxSurge: 1 }], { fixed: true }, [[]], [['SURGE_NEEDS_NODES']]],
  ])('%s', (_what, all, pool, faults, warnings) => {
    const made = rolloutFaults(all, pool);
    expect(made.faults).toEqual(faults);
    expect(made.warnings).toEqual(warnings);
  });
});

describe('Recreate', () => {
  const updateStrategy = UpdateStrategy.RECREATE;

  test('stops all servers first, on a full pool too, without a word and without steps', () => {
    const made = rollouts([{ updateStrategy }, { updateStrategy, maxReplicas: 1 }], { maxNodes: 2 });
    expect(made.specs).toEqual([{ type: 'Recreate' }, { type: 'Recreate' }]);
    expect(made.warnings).toEqual([[], []]);
  });

  test('waits for the import of its model', () => {
    expect(rollouts([{ updateStrategy }], { imports: true }).awaits).toEqual([true]);
  });

  test.each([{ maxSurge: 1 }, { maxSurge: 0 }, { maxUnavailable: 1 }])('has no steps: %j', (steps) => {
    const ids = Object.keys(steps).map((property) => `CONFLICTING_PROPERTIES ${property}`);
    expect(idsOf(faultsThrown(() => rollouts([{ updateStrategy, ...steps }])))).toEqual(ids);
  });
});
