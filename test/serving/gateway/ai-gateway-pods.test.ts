import { EksGpuCluster } from '../../../lib/compute';
import { KubernetesAccess } from '../../../lib/kubernetes';
import { ClusterChecks } from '../../../lib/scheduling';
import {
  EnvoyAiInferenceGateway,
  EnvoyAiInferenceGatewayProps,
  GatewayBackend,
  InferenceGateway,
} from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { testStack } from '../../support/synth';
import { INSTALLED, openAiDoor } from '../support/gateway-fixtures';

const backends = [GatewayBackend.ofService({ name: 'big', namespace: 'kserve', port: 80, models: ['big'] })];

/** What is found on a cluster of this program with small system nodes, and the table of its pods. */
function found(...doors: Partial<EnvoyAiInferenceGatewayProps>[]) {
  const stack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', {
    clusterName: 'chat',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
  });
  KubernetesAccess.of(stack, cluster);
  const props = { cluster, installed: INSTALLED, backends };
  doors.forEach((door, i) => new EnvoyAiInferenceGateway(stack, `Door${i}`, { ...props, ...door }));
  return { faults: ClusterChecks.of(cluster).faults, table: cluster.explain(), stack, cluster };
}

const LARGE = { replicas: 20, memory: DataSize.gib(8) };

describe('the pods that Envoy Gateway makes', () => {
  test('are in the proof of scheduling as those of an InferenceGateway are', () => {
    expect(idsOf(found(LARGE).faults)).toEqual(['POD_DOES_NOT_FIT_NODE']);
    const { stack, cluster } = found();
    new InferenceGateway(stack, 'Own', { cluster, backends, ...LARGE });
    expect(idsOf(ClusterChecks.of(cluster).faults)).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test('have Envoy, what drains it, and what reads requests', () => {
    const { faults, table } = found({ replicas: 3 });
    expect(faults).toEqual([]);
    expect(table.split('\n').find((line) => line.includes('inference-door0'))).toMatch(
      /3 +envoy-gateway-system\/inference-door0 +system nodes +\d+ +cpu 0\.76, memory 2 GiB/,
    );
  });

  test('are for the nodes that are said', () => {
    expect(idsOf(found({ ...LARGE, nodeSelector: { disk: 'fast' } }).faults)).toEqual([]);
    expect(idsOf(found({ replicas: 20 }).faults)).toEqual(['PODS_DO_NOT_FIT_POOL']);
  });
});

describe('the Service before Envoy', () => {
  test('is one object, whatever gateways are called', () => {
    const { faults } = found({ namespace: 'a', name: 'b-c' }, { namespace: 'a-b', name: 'c' });
    expect(idsOf(faults)).toEqual(['DUPLICATE_OBJECT']);
    expect(faults[0].reason).toContain('service envoy-gateway-system/a-b-c (by Envoy Gateway)');
  });

  test.each([
    ['envoy', 'gateway'],
    ['envoy', 'ratelimit'],
  ])("is none of Envoy Gateway's own: %s %s", (namespace, name) => {
    const door = () => openAiDoor(() => ({ backends, namespace, name }));
    expect(idsOf(faultsThrown(door))).toEqual(['DUPLICATE name']);
  });
});
