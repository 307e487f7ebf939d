import { Construct } from 'constructs';
import { faultsOf, throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { withoutTokenTraces } from '../../core/token-traces';
import { withdrawal } from '../../core/withdraw';
import { ExpectedSite } from '../../monitoring/expected-site';
import { GatewayAuthentication } from '../../serving/gateway/gateway-authentication';
import { InferenceGateway } from '../../serving/gateway/inference-gateway';
import { RolloutRing } from '../../storage/sync/rollout-ring';
import { nameClass } from '../../units/own-class';
import { CloudTopology } from '../cloud/cloud-topology';
import { CloudTopologyProps } from '../cloud/cloud-topology-props';
import { EdgeTopology } from '../edge/edge-topology';
import { OutageEvent } from '../shared/outage-event';
import { workloadsFaults } from '../shared/parts';
import { backendsOf, served } from './backends';
import { explainHybrid } from './explain-hybrid';
import { hybridFaults } from './hybrid-faults';
import { HybridGateway } from './hybrid-gateway';
import { HybridRouting } from './hybrid-routing';
import { HybridSite } from './hybrid-site';
import { HybridTopologyProps } from './hybrid-topology-props';
import { PartFaults } from './part-faults';
import { readersOf, ringsOf } from './rings';
import { Route, routesOf } from './routes';
import { edgePropsOf, expectedSitesOf, routingAt, routingOf } from './site-props';

const SITE_KEYS = 'site-keys';

/**
 * Models in a cloud, and at sites that go on by themselves: each request is answered where `routing` says, each site keeps its metrics until the hub has
 * them, and the cloud knows each site by a key of its own.
 *
 * It is a `CloudTopology` with an `InferenceGateway`, and for each site an `EdgeTopology` with an `InferenceGateway`, in scopes that the program gives, so
 * that each site is a stack of its own: one more changes nothing of those that are there, and of the cloud only what it knows of its sites.
 *
 * Throws one `ValidationError` with every fault: no sites, names that collide, requests that are routed to a model that nobody serves, what must stay and
 * is only in the cloud, a hub that keeps series for less time than a site may be cut off, and whatever the parts refuse. What is wrong with several sites
 * in the same way is said once.
 *
 * @see docs/hybrid-topology.md
 */
export class HybridTopology extends Construct {
  /** What runs in the cloud. @default - somebody else runs it */
  public readonly cloud?: CloudTopology;
  /** The front door of the cloud. @default - somebody else runs it */
  public readonly gateway?: InferenceGateway;

  readonly #props: HybridTopologyProps;
  readonly #sites = new Map<string, EdgeTopology>();
  readonly #gateways = new Map<string, InferenceGateway>();

  /**
   * @param scope parent, in the stack of the cloud
   * @param id id within the parent
   * @param props the cloud and its sites
   */
  public constructor(scope: Construct, id: string, props: HybridTopologyProps) {
    throwIfOfOtherKinds(scope, 'HybridTopologyProps', props, id, (given) => new HybridTopology(scope, id, given));
    const withdrawAll = withdrawal(scope);
    super(scope, id);
    try {
      this.#props = props;
      throwIfInvalid(this, [...hybridFaults(props), ...workloadsFaults(this, props.cloud?.workloads)]);
      const faults = new PartFaults(props);
      if (props.cloud) {
        const workloads = this.#workloads(props.cloud);
        this.cloud = this.#makeCloud(workloads, props.cloud, faults);
        this.gateway = this.cloud && this.#makeGateway(workloads, this.cloud, props.gateway, faults);
      }
      const models = props.cloud ? this.gateway?.models : (props.gateway.models ?? []);
      withoutTokenTraces(() => props.sites.forEach((_, index) => this.#makeSite(index, models, faults)));
      throwIfInvalid(this, faults.all);
      if (this.gateway) (props.cloud?.existingMonitoring ?? this.cloud?.monitoring)?.watch(this.gateway);
      for (const [site, gateway] of this.#gateways) this.#sites.get(site)?.monitoring?.watch(gateway);
    } catch (error) {
      withdrawAll();
      throw error;
    }
  }

  /** The sites, by their names. */
  public get sites(): { [site: string]: EdgeTopology } {
    return Object.fromEntries(this.#sites);
  }

  /** The gateways of the sites, by the names of the sites. */
  public get siteGateways(): { [site: string]: InferenceGateway } {
    return Object.fromEntries(this.#gateways);
  }

  /** Sites as a hub that is made elsewhere expects them: `expectedSites` of its `MonitoringStack`. Empty without `hub`. */
  public get expectedSites(): ExpectedSite[] {
    return expectedSitesOf(this.#props).map(({ expected }) => expected);
  }

  /** The rings with their sites, in their order: `rings` of a `ModelRollout`. Sites that are revoked are in none. */
  public get rings(): RolloutRing[] {
    return ringsOf(this.#props);
  }

  /** What happens at each site from the moment at which its link is cut, in the order of time, by the names of the sites. */
  public get timelines(): { [site: string]: OutageEvent[] } {
    const { sites, routing: ofAll } = this.#props;
    return Object.fromEntries(
      sites.map((each) => {
        const routing = routingAt(each, ofAll);
        const onlyCloud = this.#routes(each.site, routing).filter(({ way }) => way === 'cloud');
        const events = this.#sites.get(each.site)?._timeline(
          routing?.fallback,
          onlyCloud.map(({ model }) => model),
        );
        return [each.site, events as OutageEvent[]];
      }),
    );
  }

  /** What is where, and what happens while a site is cut off, as text. `sites` explain themselves in detail, and so does `cloud`. */
  public explain(): string {
    const routes = (site: HybridSite) => this.#routes(site.site, routingAt(site, this.#props.routing));
    return explainHybrid(this.#props, {
      routes,
      models: this.gateway?.models,
      sites: this.#sites,
      timelines: this.timelines,
    });
  }

  #routes(site: string, routing: HybridRouting | undefined): Route[] {
    const made = this.#sites.get(site);
    return made === undefined ? [] : routesOf(served(made), routing);
  }

  #workloads({ workloads }: CloudTopologyProps): Construct {
    return workloads === undefined || workloads === this.node.scope ? this : new Construct(workloads, this.node.id);
  }

  #makeCloud(workloads: Construct, cloud: CloudTopologyProps, faults: PartFaults): CloudTopology | undefined {
    const { monitoring, existingMonitoring, monitoringOptions } = cloud;
    const given = monitoringOptions?.expectedSites ?? [];
    const expected = monitoring === false || existingMonitoring ? [] : expectedSitesOf(this.#props);
    const expectedSites = [...given, ...expected.map((each) => each.expected)];
    const accessibleFrom = readersOf(monitoringOptions?.accessibleFrom, this.#props);
    let made: CloudTopology | undefined;
    const own = faultsOf(() => {
      made = new CloudTopology(this, 'Cloud', {
        ...cloud,
        workloads: workloads === this ? undefined : workloads,
        ...(expectedSites.length > 0
          ? { monitoringOptions: { ...monitoringOptions, expectedSites, accessibleFrom } }
          : {}),
      });
    });
    faults.ofCloud(own, given.length, expected);
    return made;
  }

  #makeGateway(
    workloads: Construct,
    cloud: CloudTopology,
    { siteKeys = SITE_KEYS, callers, options }: HybridGateway,
    faults: PartFaults,
  ): InferenceGateway | undefined {
    const { sites, cloud: { imageRegistry } = {} } = this.#props;
    const known = sites.filter(({ revoked }) => !revoked).map(({ site }) => [site, { name: siteKeys, key: site }]);
    let made: InferenceGateway | undefined;
    const own = faultsOf(() => {
      made = new InferenceGateway(workloads, 'Gateway', {
        imageRegistry,
        ...options,
        cluster: cloud.cluster,
        backends: backendsOf(cloud),
        authentication: GatewayAuthentication.apiKeys({ ...callers, ...Object.fromEntries(known) }),
      });
    });
    faults.ofGateway(own);
    return made;
  }

  /** @param models what the cloud serves; undefined where that is not known for its faults */
  #makeSite(index: number, models: readonly string[] | undefined, faults: PartFaults): void {
    const props = this.#props;
    const site = props.sites[index];
    let topology: EdgeTopology | undefined;
    const own = faultsOf(
      () => (topology = new EdgeTopology(site.scope, `Site-${site.site}`, edgePropsOf(site, props))),
    );
    faults.ofSite(index, own);
    if (topology === undefined) return;
    const made: EdgeTopology = topology;
    this.#sites.set(site.site, made);
    if (models === undefined) return;
    const ofGateway = faultsOf(() => {
      const gateway = new InferenceGateway(made, 'Gateway', {
        imageRegistry: site.imageRegistry,
        nodeSelector: made.nodePool.nodeSelector,
        ...site.gateway,
        cluster: made.cluster,
        backends: backendsOf(made),
        edgeRouting: routingOf(site, props, models),
      });
      this.#gateways.set(site.site, gateway);
    });
    faults.ofSiteGateway(index, ofGateway);
  }
}

nameClass('HybridTopology', HybridTopology);
