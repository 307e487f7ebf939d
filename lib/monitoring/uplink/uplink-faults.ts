import { faultsOf } from '../../core/errors';
import { SecretReference, secretFaults, secretNameFaults } from '../../core/secret-reference';
import { concreteFault, hasToken } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { OutagePlan, UplinkOutage } from '../../outage';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { MonitoringOptions } from '../monitoring-options';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { MonitoringUplink } from './monitoring-uplink';

const DEFAULT_SERIES = 20_000;
const DAY_SECONDS = 86_400;
/** What needs to be known of all that the arguments and volumes of the pod are made from. */
const WHY = 'the arguments and the volumes of vmagent are made from it';
const USERNAME = /^[A-Za-z0-9._@-]{1,128}$/;

/**
 * What follows from the longest outage of an uplink.
 *
 * @param uplink the uplink
 * @param scrapeIntervalSeconds time between two scrapes
 *
 * @internal
 */
export function uplinkPlan(uplink: MonitoringUplink, scrapeIntervalSeconds = 15): OutagePlan {
  return UplinkOutage.upTo(uplink.maxOutage).plan({
    activeSeries: uplink.activeSeries ?? DEFAULT_SERIES,
    scrapeInterval: Duration.seconds(scrapeIntervalSeconds),
  });
}

/**
 * What is wrong with an uplink, and with what is set beside it for its longest outage.
 *
 * @internal
 */
export function uplinkFaults(options: MonitoringOptions): Fault[] {
  const { uplink, highAvailability } = options;
  if (uplink === undefined) return [];
  const { url, password, certificateAuthority, clientCertificateSecret: certificate } = uplink;
  return allOf(
    () => {
      const unknown = concreteFault('uplink.url', url, WHY);
      return unknown.length > 0 ? unknown : plainUrlFaults('uplink.url', url, 'name the secret as uplink.password');
    },
    () => pathFaults(url),
    () => openPasswordFaults(uplink),
    () => userFaults(uplink),
    () => mountedFaults('uplink.password', password),
    () => mountedFaults('uplink.certificateAuthority', certificateAuthority),
    () => {
      if (certificate === undefined) return [];
      const at = 'uplink.clientCertificateSecret';
      const unknown = concreteFault(at, certificate, WHY);
      return unknown.length > 0 ? unknown : secretNameFaults(at, certificate);
    },
    () => wholeNumberFault('uplink.activeSeries', uplink.activeSeries, 1),
    () => wholeNumberFault('uplink.maxBytesPerSecond', uplink.maxBytesPerSecond, 1024),
    () => (highAvailability ? [PAIR] : []),
    () => outageFaults(options, uplink),
  );
}

const PAIR = fault(
  'CONFLICTING_PROPERTIES',
  'uplink',
  'both Prometheus of highAvailability would write each series, and the hub takes one of them; leave highAvailability out, or let the hub be one that ' +
    'knows pairs, e.g. by managedPrometheusArn',
);

function mountedFaults(property: string, secret: SecretReference | undefined): Fault[] {
  if (secret === undefined) return [];
  const unknown = Object.entries(secret).flatMap(([part, value]) => concreteFault(`${property}.${part}`, value, WHY));
  return unknown.length > 0 ? unknown : secretFaults(property, secret);
}

function openPasswordFaults({ url, password }: MonitoringUplink): Fault[] {
  if (password === undefined || hasToken(url) || !/^http:/i.test(url)) return [];
  const reason =
    'uplink.url begins with http://, so that everybody on the way can read the password; use https://, or leave uplink.password out';
  return [fault('CONFLICTING_PROPERTIES', 'uplink.url', reason)];
}

function userFaults({ username, password }: MonitoringUplink): Fault[] {
  if (username === undefined) {
    const lacks = 'uplink.password is given without uplink.username; give both';
    return password === undefined ? [] : [fault('MISSING_PROPERTY', 'uplink.username', lacks)];
  }
  const unknown = concreteFault('uplink.username', username, WHY);
  if (unknown.length > 0) return unknown;
  const wrong = `uplink.username must be 1 to 128 letters, digits, '.', '_', '@' and '-'; got ${givenValue(username)}`;
  return [
    ...(USERNAME.test(username) ? [] : [fault('INVALID_NAME', 'uplink.username', wrong)]),
    ...(password === undefined
      ? [fault('MISSING_PROPERTY', 'uplink.password', 'uplink.username is given without uplink.password; give both')]
      : []),
  ];
}

/** Where each setting of an outage is set here. */
const SET_AS: { readonly [setting: string]: string } = {
  longest: 'uplink.maxOutage',
  bufferDisk: 'uplink.buffer',
  localRetention: 'retentionDays',
  localDisk: 'storage',
  activeSeries: 'uplink.activeSeries',
};

/** Each sentence says what the property is called here. */
function outageFaults(
  { retentionDays, storage, scrapeIntervalSeconds }: MonitoringOptions,
  uplink: MonitoringUplink,
): Fault[] {
  if (wholeNumberFault('uplink.activeSeries', uplink.activeSeries, 1).length > 0) return [];
  let plan: OutagePlan | undefined;
  const faults = faultsOf(() => (plan = uplinkPlan(uplink, scrapeIntervalSeconds)));
  const settings = plan?._faultsOf({
    bufferDisk: uplink.buffer,
    localRetention: Duration.seconds((retentionDays ?? 15) * DAY_SECONDS),
    localDisk: (storage ?? MonitoringStorage.persistentVolume()).size,
  });
  return [...faults, ...(settings ?? [])].map(({ id, property = '', reason }) => {
    const here = SET_AS[property] ?? property;
    return fault(id, here, reason.replace(new RegExp(`^${property}\\b`), here));
  });
}

/** A URL that cannot be the one that takes remote write: what is sent there would be lost once the disk is full. */
function pathFaults(url: string): Fault[] {
  if (hasToken(url) || !URL.canParse(url)) return [];
  const { pathname } = new URL(url);
  if (pathname !== '/' && !/\/query\/?$/.test(pathname)) return [];
  const reason = `uplink.url must be the URL that takes remote write, e.g. 'https://hub.example.com/api/v1/write'; got ${givenValue(url)}`;
  return [fault('INVALID_FORMAT', 'uplink.url', reason)];
}
