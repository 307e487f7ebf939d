import { TerraformStack } from 'cdktf';
import {
  CloudTopology,
  CloudTopologyProps,
  EksGpuCluster,
  KubernetesAccess,
  ModelSpec,
  NodeAgents,
} from '../../../lib';
import { faultsThrown, idsOf } from '../../support/faults';
import { synthesize } from '../../support/synth';

const MODELS = [{ model: ModelSpec.LLAMA_3_1_8B }];
const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };

const make = (scope: TerraformStack, props: Partial<CloudTopologyProps> = {}) =>
  new CloudTopology(scope, 'Cloud', { clusterName: 'chat', models: MODELS, ...ZONES, ...props });

describe('a given cluster', () => {
  const there = { clusterName: 'chat', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], podIdentity: true };
  const build = (props: Partial<CloudTopologyProps>, hasAgents = false) =>
    void synthesize((stack) => {
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', there);
      if (hasAgents) {
        KubernetesAccess.of(stack, cluster);
        new NodeAgents(stack, 'Agents', { cluster });
      }
      make(stack, { availabilityZones: undefined, cluster, monitoring: false, ...props });
    });

  test('is not described again', () => {
    expect(() => build({ tags: { team: 'ml' }, vpcCidr: undefined })).not.toThrow();
    expect(idsOf(faultsThrown(() => build({ vpcCidr: '10.1.0.0/16', ...ZONES })))).toEqual([
      'CONFLICTING_PROPERTIES availabilityZones',
      'CONFLICTING_PROPERTIES vpcCidr',
    ]);
  });

  test('keeps the agents it has, and serves a second topology', () => {
    const made = synthesize((stack) => {
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', there);
      const props = { availabilityZones: undefined, clusterName: 'chat', cluster, monitoring: false };
      new CloudTopology(stack, 'One', { ...props, models: MODELS });
      new CloudTopology(stack, 'Two', { ...props, models: [{ model: ModelSpec.MISTRAL_7B }] });
    });
    expect(made.resources('kubernetes_daemon_set_v1')).toHaveLength(1);
    expect(made.resources('kubernetes_storage_class_v1')).toHaveLength(0);
    expect(made.resources('kubernetes_deployment_v1')).toHaveLength(2);
    expect(() => build({}, true)).not.toThrow();
  });

  test('is explained with its pods, as one that the topology makes', () => {
    let text = '';
    synthesize((stack) => {
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', there);
      text = make(stack, { availabilityZones: undefined, cluster, monitoring: false }).explain();
    });
    expect(text).toContain('aws eks update-kubeconfig --name chat');
    expect(text).toMatch(/inference\/llama-3-1-8b/);
  });

  test('whose agents something else installs gets none', () => {
    const agents = (nodeAgents?: boolean) =>
      synthesize((stack) => void make(stack, { nodeAgents, monitoring: false })).resources('kubernetes_daemon_set_v1')
        .length;
    expect([agents(), agents(false)]).toEqual([1, 0]);
  });

  test('has one monitoring: that of a second topology is refused', () => {
    const two = () =>
      synthesize((stack) => {
        const { cluster } = make(stack);
        const models = [{ model: ModelSpec.MISTRAL_7B }];
        const monitoringOptions = { clusterMetrics: false };
        new CloudTopology(stack, 'Two', {
          clusterName: 'chat',
          cluster: cluster as EksGpuCluster,
          models,
          monitoringOptions,
        });
      });
    expect(two).toThrow(/'test\/Cloud' and 'test\/Two' both create .*stateful_set monitoring\/prometheus/);
  });
});
