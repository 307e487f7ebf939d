import * as fc from 'fast-check';
import { ApiAccess } from '../../../lib/compute/cluster/api-access';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { RemoteNetworks, remoteNetworkFaults } from '../../../lib/compute/cluster/remote-networks';
import { faultsThrown } from '../../support/faults';
import { stackIn } from '../pools/hybrid-programs';
import { Synthesized, synthesize, testStack } from '../../support/synth';

const REMOTE = { nodeCidrs: ['10.80.0.0/16'], podCidrs: ['10.81.0.0/16', '100.64.0.0/16'] };

const cluster =
  (props: Partial<EksGpuClusterProps>, stack = testStack()) =>
  () =>
    new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', ...props });
/** What reaches the API from other networks. */
const rulesOf = (result: Synthesized) =>
  result
    .resources('aws_vpc_security_group_ingress_rule')
    .filter(({ description }) => description === 'Kubernetes API from a connected network')
    .map(({ cidr_ipv4, from_port, to_port }) => [cidr_ipv4, from_port, to_port]);
const refused = (make: () => unknown) => faultsThrown(make).map(({ id, property }) => [id, property]);

describe('a cluster with remote networks', () => {
  const result = synthesize((stack) => void cluster({ remoteNetworks: REMOTE }, stack)());
  const without = synthesize((stack) => void cluster({}, stack)());

  test('tells EKS of them, keeps its API private, and lets them reach it', () => {
    const { remote_network_config: remote, vpc_config: vpc } = result.only('aws_eks_cluster');
    expect(remote).toEqual({
      remote_node_networks: { cidrs: REMOTE.nodeCidrs },
      remote_pod_networks: { cidrs: REMOTE.podCidrs },
    });
    expect(vpc).toMatchObject({ endpoint_private_access: true, endpoint_public_access: false });
    expect(rulesOf(result).sort()).toEqual(
      [...REMOTE.nodeCidrs, ...REMOTE.podCidrs].map((cidr) => [cidr, 443, 443]).sort(),
    );
  });

  test('gives pods there credentials, which it does not do without', () => {
    const configured = (each: typeof result) =>
      each.where('aws_eks_addon', { addon_name: 'eks-pod-identity-agent' }).configuration_values;
    expect(JSON.parse(configured(result) as string)).toEqual({ daemonsets: { hybrid: { create: true } } });
    expect(configured(without)).toBeUndefined();
    expect(without.only('aws_eks_cluster').remote_network_config).toBeUndefined();
  });

  test('is the same cluster as before: nothing else changes when they are added', () => {
    const rest = ({ json }: typeof result) => {
      const { aws_eks_cluster: made, aws_eks_addon, aws_vpc_security_group_ingress_rule, ...others } = json.resource;
      expect([aws_eks_addon, made]).not.toContain(undefined);
      const [{ remote_network_config, ...same }] = Object.values(made as { [id: string]: { [name: string]: unknown } });
      expect([remote_network_config, aws_vpc_security_group_ingress_rule].length).toBe(2);
      return { same, others };
    };
    expect(rest(result)).toEqual(rest(without));
  });

  test('takes an address range once that is also connected otherwise', () => {
    const again = synthesize(
      (stack) => void cluster({ remoteNetworks: REMOTE, apiAccess: ApiAccess.privateFrom(['10.80.0.0/16']) }, stack)(),
    );
    expect(rulesOf(again)).toHaveLength(3);
  });

  test('has networks of its own, whatever becomes of the given lists', () => {
    const nodeCidrs = ['10.80.0.0/16'];
    const made = cluster({ remoteNetworks: { nodeCidrs } })();
    nodeCidrs.push('10.90.0.0/16');
    expect(made.remoteNetworks?.nodeCidrs).toEqual(['10.80.0.0/16']);
  });
});

describe('remote networks are refused', () => {
  const of = (networks: Partial<RemoteNetworks>, more: Partial<EksGpuClusterProps> = {}) =>
    cluster({ remoteNetworks: { ...REMOTE, ...networks }, ...more });

  test.each([
    ['that are none', of({ nodeCidrs: [] }), [['EMPTY_LIST', 'remoteNetworks.nodeCidrs']]],
    ['of IPv6', of({ nodeCidrs: ['fd00::/8'] }), [['INVALID_FORMAT', 'remoteNetworks.nodeCidrs[0]']]],
    ['of the internet', of({ nodeCidrs: ['203.0.113.0/24'] }), [['RESERVED_RANGE', 'remoteNetworks.nodeCidrs[0]']]],
    ['for benchmarks', of({ podCidrs: ['198.18.0.0/15'] }), [['RESERVED_RANGE', 'remoteNetworks.podCidrs[0]']]],
    ['larger than EKS takes', of({ nodeCidrs: ['8.0.0.0/7'] }), [['OUT_OF_RANGE', 'remoteNetworks.nodeCidrs[0]']]],
    ['named twice', of({ podCidrs: ['10.81.0.0/16', '10.81.0.0/16'] }), [['DUPLICATE', 'remoteNetworks.podCidrs']]],
    ['within the VPC', of({ nodeCidrs: ['10.0.128.0/24'] }), [['RANGES_OVERLAP', 'remoteNetworks.nodeCidrs[0]']]],
    [
      'where Services may be',
      of({ nodeCidrs: ['172.20.8.0/24'] }),
      [['RANGES_OVERLAP', 'remoteNetworks.nodeCidrs[0]']],
    ],
    [
      'of pods within those of nodes',
      of({ podCidrs: ['10.80.7.0/24'] }),
      [['RANGES_OVERLAP', 'remoteNetworks.podCidrs[0]']],
    ],
    [
      'with a public API',
      of({}, { apiAccess: ApiAccess.publicFrom(['203.0.113.0/24']) }),
      [['CONFLICTING_PROPERTIES', 'apiAccess']],
    ],
    [
      'in China',
      cluster({ remoteNetworks: REMOTE }, stackIn('cn-north-1')),
      [['HYBRID_NODES_UNAVAILABLE', 'remoteNetworks']],
    ],
    [
      'in GovCloud',
      cluster({ remoteNetworks: REMOTE }, stackIn('us-gov-west-1')),
      [['HYBRID_NODES_UNAVAILABLE', 'remoteNetworks']],
    ],
  ])('%s', (_, make, expected) => {
    expect(refused(make)).toEqual(expected);
  });

  test('of a cluster that exists too', () => {
    const attributes = { clusterName: 'shared', subnetIds: ['subnet-a'], securityGroupIds: ['sg-1'] };
    const make = (remoteNetworks: RemoteNetworks) => () =>
      EksGpuCluster.fromAttributes(testStack(), 'Cluster', {
        ...attributes,
        subnetCidrs: ['10.80.1.0/24'],
        remoteNetworks,
      });
    expect(refused(make(REMOTE))).toEqual([['RANGES_OVERLAP', 'remoteNetworks.nodeCidrs[0]']]);
    expect(make({ nodeCidrs: ['10.90.0.0/16'] })().remoteNetworks).toEqual({ nodeCidrs: ['10.90.0.0/16'] });
  });

  test('exactly where ranges have addresses in common', () => {
    const ranges = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 12, max: 28 }))
      .map(([second, length]) => {
        const size = 2 ** (32 - length);
        const first = Math.floor((10 * 2 ** 24 + second * 2 ** 16) / size) * size;
        return { first, size, cidr: `10.${Math.floor(first / 2 ** 16) % 256}.0.0/${length}` };
      });
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const common = one.first < other.first + other.size && other.first < one.first + one.size;
        const service = { first: 10 * 2 ** 24 + 100 * 2 ** 16, size: 2 ** 16 };
        const meets = (each: typeof service) =>
          each.first < service.first + service.size && service.first < each.first + each.size;
        const faults = remoteNetworkFaults('remote', { nodeCidrs: [one.cidr] }, [other.cidr]);
        expect(faults.length > 0).toBe(common || meets(one));
      }),
    );
  });
});
