import { IConstruct } from 'constructs';
import { EdgeServerKind } from '../../catalog/edge-server';
import { edgeServerFaults } from '../../catalog/edge-server-choice';
import { TritonRelease } from '../../catalog/serving-engine';
import { VllmRelease } from '../../catalog/vllm-release';
import { enter, entered } from '../../core/cluster-ledger';
import { faultsOf } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { MonitoringUplink } from '../../monitoring/uplink/monitoring-uplink';
import { uplinkPlan } from '../../monitoring/uplink/uplink-faults';
import { OutagePlan } from '../../outage/outage-plan';
import { UplinkOutage } from '../../outage/uplink-outage';
import { servedName } from '../../serving/vllm/served-name';
import { powerFaults } from '../../planning/power-model';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { InferenceServer } from '../shared/inference-server';
import { GivenServing, isVllm, servingOf, vllmServingOf } from '../shared/serving-options';
import { EdgeTopologyProps } from './edge-topology-props';

/** @internal */
export const DEFAULT_OUTAGE = Duration.hours(72);
/** Days that a `MonitoringStack` keeps series by default. @internal */
export const DEFAULT_RETENTION_DAYS = 15;
/** Kind of entry in the ledger of the app: sites, each with its cluster. */
const SITE = 'edge site';

const KINDS = {
  [InferenceServer.VLLM]: EdgeServerKind.VLLM,
  [InferenceServer.TRITON]: EdgeServerKind.TRITON,
};

/**
 * What is wrong with a site before anything is made for it.
 *
 * @internal
 */
export function siteFaults(topology: IConstruct, props: EdgeTopologyProps): Fault[] {
  const { site, cluster, nodePool } = props;
  const unknown = concreteFault('site', site, 'ids and names derive from it');
  if (unknown.length > 0) return unknown;
  return allOf(
    () => kubernetesNameFault('site', site),
    () => {
      if (cluster === undefined || cluster.clusterName === site) return [];
      const reason = `site is '${site}', but the given cluster is '${cluster.clusterName}', by which its hub would know it; make them equal`;
      return [fault('CONFLICTING_PROPERTIES', 'site', reason)];
    },
    () => takenSiteFaults(topology, site, cluster),
    () =>
      nodePool === undefined
        ? wholeNumberFault('nodes', props.nodes, 1)
        : (['nodes', 'fabric', 'driverMajor'] as const)
            .filter((property) => props[property] !== undefined)
            .map((property) => {
              const reason = `${property} describes a pool that the topology would make, but nodePool is given; remove one of the two`;
              return fault('CONFLICTING_PROPERTIES', property, reason);
            }),
    () => hardwareFaults(props),
  );
}

/** A site may have several kinds of machines, each with a topology, but one cluster. */
function takenSiteFaults(topology: IConstruct, site: string, cluster: IKubernetesCluster | undefined): Fault[] {
  const [other] = entered<IKubernetesCluster>(topology.node.root, SITE, site);
  if (other === undefined || other.value === cluster) return [];
  const reason = `site '${site}' is that of '${other.owner.node.path}', which has another cluster, and their hub could not tell them apart; give it another name, or the same cluster`;
  return [fault('DUPLICATE', 'site', reason)];
}

/**
 * Enters a valid site, so that no other has its name.
 *
 * @internal
 */
export function enterSite(topology: IConstruct, site: string, cluster: IKubernetesCluster): void {
  enter(topology.node.root, SITE, site, topology, cluster);
}

function hardwareFaults(props: EdgeTopologyProps): Fault[] {
  const { hardware, powerBudget, fabric } = props;
  const { nodeType } = hardware;
  if (nodeType === undefined) {
    const [{ reason }] = hardware._needFaults({ cudaVersion: cudaOf(props) });
    return [fault('EDGE_HARDWARE_LACKS_FEATURE', 'hardware', reason)];
  }
  return allOf(
    () => powerFaults(nodeType, powerBudget),
    () => hardware._needFaults({ rdma: fabric !== undefined }).map(({ id, reason }) => fault(id, 'fabric', reason)),
  );
}

/** CUDA of the image that would serve the first model. */
function cudaOf(props: EdgeTopologyProps): string {
  const { tritonRelease, vllmRelease } = releasesOf(props, props.models[0] ? servedName(props.models[0]) : '');
  return props.server === InferenceServer.TRITON ? tritonRelease.cudaVersion : vllmRelease.cudaVersion;
}

/** Releases of the images that would serve a model. */
function releasesOf(given: GivenServing, model: string) {
  const triton = servingOf(given, model);
  const vllm = vllmServingOf(given, model);
  return {
    tritonRelease: triton.servingImage?.tritonRelease ?? triton.tritonRelease ?? TritonRelease.DEFAULT,
    vllmRelease: vllm.servingImage?.vllmRelease ?? vllm.vllmRelease ?? VllmRelease.DEFAULT,
  };
}

/**
 * What serves the models of a site: what was asked for, else what runs on the hardware.
 *
 * @internal
 */
export function serverOf(props: EdgeTopologyProps): InferenceServer {
  const { hardware, models, server } = props;
  const { kind } = hardware.modelServer(releasesOf(props, models.length > 0 ? servedName(models[0]) : ''));
  return server ?? (kind === EdgeServerKind.TRITON ? InferenceServer.TRITON : InferenceServer.VLLM);
}

/**
 * Models whose server has no image for the machines.
 *
 * @internal
 */
export function serverFaults(props: EdgeTopologyProps, serving: GivenServing): Fault[] {
  const { hardware, models } = props;
  const kind = KINDS[isVllm(serving) ? InferenceServer.VLLM : InferenceServer.TRITON];
  const found = models.flatMap((served) => {
    const options = { ...releasesOf(serving, servedName(served)), kind };
    return edgeServerFaults(hardware, options).map(({ id, reason }) => fault(id, 'server', reason));
  });
  return found.filter(({ reason }, index) => found.findIndex((other) => other.reason === reason) === index);
}

/**
 * What follows from the longest outage; undefined where there can be no such outage, which is then among the faults.
 *
 * @internal
 */
export function outageOf({ maxUplinkOutage, monitoringOptions = {} }: EdgeTopologyProps, faults: Fault[]) {
  const { uplink, scrapeIntervalSeconds = 15 } = monitoringOptions;
  const longest = maxUplinkOutage ?? DEFAULT_OUTAGE;
  let plan: OutagePlan | undefined;
  const own = faultsOf(() => (plan = outagePlan(longest, uplink, scrapeIntervalSeconds)));
  faults.push(
    ...own.map(({ id, reason }) => fault(id, 'maxUplinkOutage', reason.replace(/^longest\b/, 'maxUplinkOutage'))),
  );
  return plan;
}

function outagePlan(longest: Duration, uplink: MonitoringUplink | undefined, scrapeSeconds: number): OutagePlan {
  // Without a whole number of series and seconds, which monitoring refuses, no disk is computed.
  if (uplink && Number.isSafeInteger(uplink.activeSeries ?? 1) && scrapeSeconds >= 1)
    return uplinkPlan({ ...uplink, maxOutage: longest }, scrapeSeconds);
  return UplinkOutage.upTo(longest).plan();
}

/**
 * What of the monitoring does not hold through an outage. What an uplink is set to beside its own `maxOutage`, monitoring checks.
 *
 * @internal
 */
export function outageFaults(plan: OutagePlan, options: MonitoringOptions): Fault[] {
  const { uplink, retentionDays = DEFAULT_RETENTION_DAYS } = options;
  if (uplink && uplink.maxOutage.toSeconds() < plan.longest.toSeconds()) {
    const reason =
      `uplink.maxOutage is ${uplink.maxOutage}, but the site may be cut off for ${plan.longest}, so its buffer is full before the link is back; set ` +
      `at least ${plan.longest}, or lower maxUplinkOutage`;
    return [fault('UPLINK_SHORTER_THAN_OUTAGE', 'monitoringOptions.uplink.maxOutage', reason)];
  }
  if (uplink || wholeNumberFault('retentionDays', retentionDays, 1).length > 0) return [];
  const settings = { localRetention: Duration.hours(24 * retentionDays) };
  const least = Math.ceil(plan.localRetention.toSeconds() / 86_400);
  return plan._faultsOf(settings).map(({ id }) => {
    const reason =
      `retentionDays is ${retentionDays}, but the site may be cut off for ${plan.longest}, and what is older than that is forgotten before somebody has looked at it; set at ` +
      `least ${least}, or lower maxUplinkOutage`;
    return fault(id, 'monitoringOptions.retentionDays', reason);
  });
}
