import { EksGpuCluster, HybridCredentials, SiteFleet, UplinkOutage } from '../../lib';
import { RELEASE_KEY, edgeSite } from '../topology/edge/edge-site';
import { Duration } from '../../lib/units';
import { ROUTING, otherCloud, siteIn } from '../topology/hybrid/fraud';
import { AUTHORITY, REMOTE, hybridPool } from '../compute/pools/hybrid-programs';
import { ArgumentPrograms, StructPrograms } from './string-programs-compute';

/** Programs of the ids of pools outside AWS. */
export const HYBRID_ARGUMENTS: ArgumentPrograms = {
  'HybridGpuNodePool.new(id)': (id: string) => (stack) => void hybridPool(stack, {}, {}, id),
  'HybridTopology.new(id)': (id: string) => (stack) => void otherCloud(stack, [siteIn(stack, 'till-1')], {}, id),
  'EdgeTopology.new(id)': (id: string) => (stack) => void edgeSite(stack, {}, id),
};

/** Programs that use the structs of pools outside AWS, and of outages. */
export const HYBRID_STRUCTS: StructPrograms = {
  HybridGpuNodePoolProps: (given) => (stack) => void hybridPool(stack, given),
  EdgeTopologyProps: (given) => (stack) => void edgeSite(stack, given),
  EdgeSyncOptions: (given) => (stack) => void edgeSite(stack, { sync: { keys: [RELEASE_KEY], ...given } }),
  RemoteNetworks: (given) => (stack) =>
    void new EksGpuCluster(stack, 'Cloud', { clusterName: 'chat', remoteNetworks: { ...REMOTE, ...given } }),
  RolesAnywhereOptions: (given) => (stack) => {
    const authority = 'trustAnchorArn' in given ? {} : { certificateAuthority: AUTHORITY };
    const credentials = HybridCredentials.rolesAnywhere({ ...authority, ...given });
    hybridPool(stack, { credentials });
  },
  SsmActivationOptions: (given) => (stack) => {
    const credentials = HybridCredentials.ssmActivation({ expiresAt: '2027-01-31T00:00:00Z', ...given });
    hybridPool(stack, { credentials, maxUplinkOutage: Duration.hours(1) });
  },
  HybridTopologyProps: (given) => (stack) => void otherCloud(stack, [siteIn(stack, 'till-1')], given),
  HybridGateway: (given) => (stack) =>
    void otherCloud(stack, [siteIn(stack, 'till-1')], {
      gateway: { url: 'https://models.example.com/v1', models: ['chat-65b'], ...given },
    }),
  HybridRouting: (given) => (stack) =>
    void otherCloud(stack, [siteIn(stack, 'till-1')], { routing: { ...ROUTING, ...given } }),
  HybridSite: (given) => (stack) => void otherCloud(stack, [{ ...siteIn(stack, 'till-1'), ...given }]),
  SiteFleetOptions: (given) => () =>
    void SiteFleet.fromCsv('site,kind,ring,country\ntill-1,t4,rest,de\n', { labels: ['country'], ...given }),
  OutagePlanProps: (given) => () => void UplinkOutage.upTo(Duration.hours(1)).plan(given),
  OutageSettings: (given) => () => void UplinkOutage.upTo(Duration.minutes(1)).plan().check(given),
};
