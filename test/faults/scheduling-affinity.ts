import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { Fault } from '../../lib/units/fault';
import { PoolOptions, demand, fill, gpus, runPods } from '../scheduling/checks-support';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

/** What is found, or warned of, of pods with a rule that nothing but their resource says, and those of 'inference/b'. */
function ruled(rule: string, app: string, pods: Partial<PodDemand>, pool: PoolOptions = {}): Fault[] {
  const cluster = testCluster(testStack());
  fill(cluster, { p5: pool }, []);
  const ruling = runPods(cluster, cluster, 'A', demand({ name: 'inference/a', ...pods }));
  runPods(cluster, cluster, 'B', demand({ name: 'inference/b', ...pods }));
  const term = { topology_key: 'kubernetes.io/hostname', label_selector: { match_labels: { app } } };
  ruling.addOverride(`spec.template.spec.affinity.${rule}`, {
    required_during_scheduling_ignored_during_execution: [term],
  });
  const { faults } = ClusterChecks.of(cluster);
  faultsAtSynth(cluster);
  return [...faults, ...warningsOf(cluster)];
}

/** The sentences of rules of pods about other pods. */
export const TEXTS: FaultText[] = [
  {
    id: 'AFFINITY_HAS_NO_NODE',
    text:
      "test/Cluster-test/A: a pod of 'inference/a' must be on the node of a pod with app=b ('inference/b'), but no node of pool 'p5' has room for " +
      'both; use larger nodes, or make it a preference, by a weight',
    faults: () => ruled('pod_affinity', 'b', gpus(8)),
  },
  {
    id: 'AFFINITY_TO_NO_POD',
    text:
      "test/Cluster-test/A: pods of 'inference/a' must be near pods with app=c in namespace inference, but this program has none, and without them " +
      'they wait forever; correct matchLabels or namespaces, make it a preference, by a weight, or, if another program runs them, accept this by ' +
      "Warnings.accept(cluster, 'AFFINITY_TO_NO_POD', '<reason>')",
    faults: () => ruled('pod_affinity', 'c', gpus(1)),
  },
  {
    id: 'ANTI_AFFINITY_EXCEEDS_POOL',
    text:
      "test/Cluster-test/p5: pods of 'inference/a', 'inference/b' must not be on a node with each other, and take 2 nodes, but pool 'p5' has at most " +
      '1; raise maxNodes, or make it a preference, by a weight',
    faults: () => ruled('pod_anti_affinity', 'b', gpus(1), { nodes: 1 }),
  },
];
