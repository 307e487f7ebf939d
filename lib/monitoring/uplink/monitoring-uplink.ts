import { SecretReference } from '../../core/secret-reference';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';

/**
 * How a hub is reached, whichever site writes to it.
 */
export interface UplinkOptions {
  /** URL that takes remote write, e.g. `https://prometheus.example.com/api/v1/write`; without secrets. */
  readonly url: string;
  /** Secret with the password of the user who may write, in the namespace of the monitoring. It is read again when it changes. @default - none */
  readonly password?: SecretReference;
  /**
   * Name of a secret of the type `kubernetes.io/tls` with a certificate of this site, by which the hub knows it. It is read again when it changes.
   * @default - none
   */
  readonly clientCertificateSecret?: string;
  /** Secret with the authority that signed the certificate of the hub, in PEM. @default - the public authorities of vmagent's image */
  readonly certificateAuthority?: SecretReference;
  /** Series that it scrapes and records together, as `prometheus_tsdb_head_series` tells. The disk is for these. @default 20000 */
  readonly activeSeries?: number;
  /** Disk for what cannot be sent; it can be raised later as that of Prometheus. @default - what `maxOutage` and `activeSeries` need */
  readonly buffer?: DataSize;
  /**
   * Most that is sent a second, in whole bytes, so that an outage that is over does not fill a narrow link. It must be more than what comes in
   * by itself, some 44 bytes a sample.
   * @default - no limit
   */
  readonly maxBytesPerSecond?: number;
  /** Image of vmagent, 1.150 or later, with its registry. @default - vmagent 1.150.0 */
  readonly image?: string;
}

/**
 * A Prometheus elsewhere, the hub, to which this one writes all series, and that it may be cut off from. It takes them where it has this site among its
 * `expectedSites`, by the name of this cluster; so does whatever else takes remote write of Prometheus.
 *
 * What cannot be sent is kept on a disk by vmagent, which sends it when the hub is back, after a restart too: remote write of Prometheus keeps two
 * hours, in agent mode longer, and nothing over a restart (https://github.com/prometheus/prometheus/issues/8809).
 */
export interface MonitoringUplink extends UplinkOptions {
  /**
   * How long the hub may be out of reach and still get everything: whole seconds from a second to a year. The disk that keeps what cannot be sent
   * follows from it, and what is set beside is held against it: see `UplinkOutage`.
   */
  readonly maxOutage: Duration;
  /** User who may write. @default - none is named */
  readonly username?: string;
}
