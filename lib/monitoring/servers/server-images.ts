import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';

/** A server that an image of one's own may be given for. */
interface MonitoringImage {
  readonly server: string;
  /** Last part of its repositories, that of the publisher and of whoever else builds it. */
  readonly repository: RegExp;
  /** First minor version that reads the configuration which is made here. */
  readonly oldest: readonly [number, number];
}

const PROMETHEUS: MonitoringImage = { server: 'Prometheus', repository: /^prometheus$/, oldest: [2, 42] };
const ALERTMANAGER: MonitoringImage = { server: 'Alertmanager', repository: /^alertmanager$/, oldest: [0, 25] };
const GRAFANA: MonitoringImage = { server: 'Grafana', repository: /^grafana(?:-oss|-enterprise)?$/, oldest: [12, 0] };

/** The fault of an image of Prometheus. @internal */
export const prometheusImageFaults = (property: string, image: string | undefined) =>
  imageFaults(PROMETHEUS, property, image);

/**
 * The fault of an image of Prometheus whose probes could not say who they are: `promtool check ready --http.config.file` is there since 2.45.
 *
 * @internal
 */
export const probedPrometheusFaults = (property: string, image: string | undefined) =>
  prometheusImageFaults(property, image).length > 0
    ? []
    : imageFaults({ ...PROMETHEUS, server: 'Prometheus', oldest: [2, 45] }, property, image, ' with webSecurity');

/**
 * The fault of an image of Prometheus that sites cannot write to after they were cut off: what is older than it takes was answered with 500 before
 * January 2024, so that a site sends it again for ever, and nothing newer.
 *
 * @see https://github.com/prometheus/prometheus/pull/13335
 *
 * @internal
 */
export const writtenPrometheusFaults = (property: string, image: string | undefined) =>
  prometheusImageFaults(property, image).length > 0
    ? []
    : imageFaults({ ...PROMETHEUS, oldest: [2, 50] }, property, image, ' with expectedSites');

/** The fault of an image of Alertmanager. @internal */
export const alertmanagerImageFaults = (property: string, image: string | undefined) =>
  imageFaults(ALERTMANAGER, property, image);

/**
 * The fault of an image of Alertmanager where a receiver reads its URL from a file: `url_file` of webhooks is there since 0.26, and until 0.28 Alertmanager
 * crashes when the endpoint answers with an error. All other files that receivers name here, 0.25 reads: `api_url_file` of Slack, `routing_key_file` of
 * PagerDuty, `auth_password_file` of mail, `credentials_file` of HTTP, and `ca_file` of TLS.
 *
 * @see https://github.com/prometheus/alertmanager/blob/main/CHANGELOG.md: 0.25.0 (#3038, #3107), 0.26.0 (#3223), 0.28.0 (#3800)
 *
 * @internal
 */
export const urlFileFaults = (property: string, image: string | undefined) =>
  alertmanagerImageFaults(property, image).length > 0
    ? []
    : imageFaults({ ...ALERTMANAGER, oldest: [0, 28] }, property, image, ' with urlSecret');

/** The fault of an image of Grafana. @internal */
export const grafanaImageFaults = (property: string, image: string | undefined) =>
  imageFaults(GRAFANA, property, image);

/** Last part of a repository, and the version that a tag says: a digest may follow. */
const TAGGED = /(?:^|\/)([^/:@]+):v?(\d{1,6})\.(\d{1,6})(?![^.@_-])[^/:@]*(?:@[^/@]*)?$/;

/**
 * Version of the server in an image, by its tag.
 *
 * @param otherwise what is taken for the version where no tag says it
 *
 * @internal
 */
export function imageVersion(image: string, otherwise: string): string {
  const [, , ...version] = (!hasToken(image) && TAGGED.exec(image)) || [];
  return version.length > 0 ? `${version.join('.')}.0` : otherwise;
}

/** An image by a digest alone, under another name or by a tag of one's own is what its owner says. */
function imageFaults(
  { server, repository, oldest }: MonitoringImage,
  property: string,
  image: string | undefined,
  why = '',
): Fault[] {
  if (typeof image !== 'string' || hasToken(image)) return [];
  const [, name, ...version] = TAGGED.exec(image) ?? [];
  if (name === undefined || !repository.test(name)) return [];
  const [major, minor] = version.map(Number);
  const [first, second] = oldest;
  if (major > first || (major === first && minor >= second)) return [];
  const reason =
    `${property} '${image}' is ${server} ${major}.${minor} by its tag, and the configuration${why} is for ${first}.${second} or later; give an image of a ` +
    `later release, or leave ${property} out`;
  return [fault('MONITORING_IMAGE_TOO_OLD', property, reason)];
}
