import { Fault, fault, faultsUnder } from '../../units/fault';
import { DEFAULT_RETENTION_DAYS } from '../edge/edge-topology-faults';
import { HybridTopologyProps } from './hybrid-topology-props';
import { IndexedSite } from './site-props';

interface Found {
  readonly fault: Fault;
  /** Other sites that have it too. */
  readonly others: string[];
}

/**
 * What is wrong with the parts of a topology, each fault where the topology has what it is about. What is wrong with several sites in the same way is said
 * once.
 *
 * @internal
 */
export class PartFaults {
  readonly #props: HybridTopologyProps;
  readonly #ofCloud: Fault[] = [];
  readonly #ofSites = new Map<string, Found>();

  public constructor(props: HybridTopologyProps) {
    this.#props = props;
  }

  /** All of them. */
  public get all(): Fault[] {
    return [
      ...this.#ofCloud,
      ...[...this.#ofSites.values()].map(({ fault: first, others }) => withOthers(first, others)),
    ];
  }

  /**
   * Takes down what the topology of the cloud refuses.
   *
   * @param faults as it reports them
   * @param given how many sites the program says itself that the hub expects
   * @param expected those that follow them
   */
  public ofCloud(faults: readonly Fault[], given: number, expected: readonly IndexedSite[]): void {
    for (const found of faults) {
      const [, at, property] = found.property?.match(/^monitoringOptions\.expectedSites\[(\d+)\]\.(\w+)$/) ?? [];
      const site = at === undefined ? undefined : expected[Number(at) - given];
      if (site === undefined) this.#ofCloud.push(...faultsUnder([found], 'cloud'));
      else if (property === 'name') this.#add(site.index, fault(found.id, 'site', ofHub(found.reason)));
      else this.#add(site.index, fault(found.id, 'maxUplinkOutage', this.#tooLong(site)));
    }
  }

  /**
   * Takes down what the gateway of the cloud refuses.
   *
   * @param faults as it reports them
   */
  public ofGateway(faults: readonly Fault[]): void {
    this.#ofCloud.push(...faultsUnder(faults, 'gateway.options'));
  }

  /**
   * Takes down what the topology of a site refuses.
   *
   * @param index of the site
   * @param faults as it reports them
   */
  public ofSite(index: number, faults: readonly Fault[]): void {
    const { hub } = this.#props;
    for (const { id, property, reason } of faults) {
      const uplink = property?.match(/^monitoringOptions\.uplink\.(\w+)/)?.[1];
      if (hub === undefined || uplink === undefined) this.#add(index, fault(id, property, reason));
      else if (Object.hasOwn(hub, uplink))
        this.#addShared(fault(id, property?.replace(/^.*uplink/, 'hub'), ofHub(reason)));
      else this.#add(index, fault(id, 'maxUplinkOutage', ofHub(reason)));
    }
  }

  /**
   * Takes down what the gateway of a site refuses.
   *
   * @param index of the site
   * @param faults as it reports them
   */
  public ofSiteGateway(index: number, faults: readonly Fault[]): void {
    const own: object = this.#props.sites[index].routing ?? {};
    for (const { id, property = '', reason } of faults) {
      const at = ofRouting(property);
      const found = fault(id, at, ofRouting(reason));
      if (/^cloud\b/.test(at))
        this.#addShared(fault(id, at.replace(/^cloud/, 'gateway'), found.reason.replaceAll(/\bcloud\.(?=models|url|authority)/g, 'gateway.'))); // prettier-ignore
      else if (at.startsWith('routing') && !Object.hasOwn(own, at.split(/[.[]/)[1] ?? '')) this.#addShared(found);
      else if (at !== property) this.#add(index, found);
      else this.#add(index, fault(id, at === '' ? 'gateway' : `gateway.${at}`, reason));
    }
  }

  /** What the hub keeps is too short for an outage, however it is measured there. */
  #tooLong({ expected: { maxOutage, silentAfter } }: IndexedSite): string {
    const { retentionDays = DEFAULT_RETENTION_DAYS } = this.#props.cloud?.monitoringOptions ?? {};
    return (
      `maxUplinkOutage is ${maxOutage ?? silentAfter}, but the hub keeps series for ${retentionDays} days and takes none that are older than 30; lower it, or raise ` +
      'cloud.monitoringOptions.retentionDays above it'
    );
  }

  #add(index: number, { id, property, reason }: Fault): void {
    const { site } = this.#props.sites[index];
    const key = JSON.stringify([id, property, reason]);
    const known = this.#ofSites.get(key);
    if (known) {
      known.others.push(site);
      return;
    }
    const at = property === undefined ? `sites[${index}]` : `sites[${index}].${property}`;
    this.#ofSites.set(key, { fault: fault(id, at, `site '${site}': ${reason}`), others: [] });
  }

  /** What the topology says for all sites. */
  #addShared(found: Fault): void {
    const key = JSON.stringify(found);
    if (!this.#ofSites.has(key)) this.#ofSites.set(key, { fault: found, others: [] });
  }
}

function withOthers({ id, property, reason }: Fault, others: readonly string[]): Fault {
  if (others.length === 0) return fault(id, property, reason);
  const named = others.slice(0, 3).map((name) => `'${name}'`);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  return fault(id, property, `${reason} (the same at ${named.join(', ')}${more})`);
}

/** Routing of a gateway in the words of the topology. */
function ofRouting(text: string): string {
  return text
    .replaceAll(/\bedgeRouting\.props\.cloud\.apiKey\b/g, 'cloudKey')
    .replaceAll(/\bedgeRouting\.props\.cloud\.(models|url|authority)\b/g, 'cloud.$1')
    .replaceAll(/\bedgeRouting\.props\.cloud\b/g, 'routing.cloudCalls')
    .replaceAll(/\bedgeRouting(\.props)?\b/g, 'routing');
}

function ofHub(reason: string): string {
  return reason
    .replaceAll(/\bexpectedSites\[\d+\]\.(maxOutage|silentAfter)\b/g, 'maxUplinkOutage')
    .replaceAll(/\buplink\.maxOutage\b/g, 'maxUplinkOutage')
    .replaceAll(/\buplink\./g, 'hub.');
}
