import { MetricsSender, NodeCredentials, OutageSettings, UplinkOutage } from '../../lib/outage';
import { DataSize, Duration } from '../../lib/units';
import { FaultText } from './fault-text';

const plan = UplinkOutage.upTo(Duration.hours(12)).plan({
  credentials: NodeCredentials.ROLES_ANYWHERE,
  activeSeries: 100_000,
  sender: MetricsSender.PROMETHEUS_AGENT,
});
const check = (settings: OutageSettings) => () => plan.check(settings);

export const TEXTS: FaultText[] = [
  {
    id: 'OUTAGE_ALERTS_TOO_LATE',
    property: 'silentAfter',
    text: 'silentAfter is 24h, but metrics are lost after 12h, of which a quarter must be left to act, so nobody is told in time; set at most 9h',
    refuse: check({ silentAfter: Duration.hours(24) }),
  },
  {
    id: 'OUTAGE_BUFFER_TOO_SHORT',
    property: 'walTruncateFrequency',
    text: 'walTruncateFrequency is 2h, but each cut drops the older two thirds of the log, sent or not, and an outage of 12h ends for the last node after 723m, so metrics are dropped before they are sent; set at least 1446m',
    refuse: check({ walTruncateFrequency: Duration.hours(2) }),
  },
  {
    id: 'OUTAGE_BUFFER_TOO_SMALL',
    property: 'bufferDisk',
    text: 'bufferDisk is 10 GiB, but what cannot be sent in an outage of 12h takes 15 GiB, so it is full before the link is back; set at least 15 GiB',
    refuse: check({ bufferDisk: DataSize.gib(10) }),
  },
  {
    id: 'OUTAGE_CREDENTIALS_TOO_SHORT',
    property: 'credentialLifetime',
    text: 'credentialLifetime is 1h, but nodes may be cut off for 12h, so none outlasts it; set at least 43199s',
    refuse: check({ credentialLifetime: Duration.hours(1) }),
  },
  {
    id: 'OUTAGE_EVICTS_PODS',
    property: 'tolerationSeconds',
    text: 'tolerationSeconds is 300, but an outage of 12h ends for the last node after 723m, so the control plane evicts pods that still run; set at least 43380',
    refuse: check({ tolerationSeconds: 300 }),
  },
  {
    id: 'OUTAGE_HUB_RETENTION_TOO_SHORT',
    property: 'hubRetention',
    text: 'hubRetention is 6h, but samples of an outage of 12h are up to 724m old when they arrive, so the hub deletes them; set at least 724m',
    refuse: check({ hubRetention: Duration.hours(6) }),
  },
  {
    id: 'OUTAGE_HUB_WINDOW_TOO_SMALL',
    property: 'hubOutOfOrderWindow',
    text: 'hubOutOfOrderWindow is 0s, but samples of an outage of 12h arrive up to 724m behind those of other sites, so the hub refuses them; set at least 724m',
    refuse: check({ hubOutOfOrderWindow: Duration.ZERO }),
  },
  {
    id: 'OUTAGE_IMAGES_NOT_KEPT',
    property: 'imageMinimumGcAge',
    text: 'imageMinimumGcAge is 2m, but an outage of 12h ends for the last node after 723m, so a kubelet may delete an image that it cannot pull again; set at least 723m',
    refuse: check({ imageMinimumGcAge: Duration.minutes(2) }),
  },
  {
    id: 'OUTAGE_LOCAL_DISK_TOO_SMALL',
    property: 'localDisk',
    text: 'localDisk is 1 GiB, but 37h of samples take 4 GiB, so the Prometheus of the site stops; set at least 4 GiB',
    refuse: check({ localDisk: DataSize.gib(1) }),
  },
  {
    id: 'OUTAGE_LOCAL_RETENTION_TOO_SHORT',
    property: 'localRetention',
    text: 'localRetention is 24h, but an outage of 12h ends for the last node after 723m, and what a restarted sender leaves out must be fetched from the site within a day after, so it is gone; set at least 37h',
    refuse: check({ localRetention: Duration.hours(24) }),
  },
  {
    id: 'OUTAGE_OUTLASTS_CREDENTIALS',
    property: 'credentials',
    text: 'an outage of 48h is longer than credentials of IAM Roles Anywhere can last (12h), and without them nodes come back up to 1m after the link; plan for at most 12h, or give the site a control plane of its own',
    refuse: () => UplinkOutage.upTo(Duration.hours(48)).plan({ credentials: NodeCredentials.ROLES_ANYWHERE }),
  },
  {
    id: 'OUTAGE_OUTLASTS_SENDER',
    property: 'sender',
    text: 'a Prometheus server holds metrics for 2h and then drops what it could not send, but an outage of 12h needs 722m with the return of its nodes; use MetricsSender.VMAGENT',
    refuse: () => UplinkOutage.upTo(Duration.hours(12)).plan({ sender: MetricsSender.PROMETHEUS_SERVER }),
  },
  {
    id: 'OUTAGE_SAMPLES_TOO_OLD',
    property: 'sampleAgeLimit',
    text: 'sampleAgeLimit is 6h, but an outage of 12h ends for the last node after 723m, so the sender drops what is older; set at least 724m, or 0s, which drops nothing',
    refuse: check({ sampleAgeLimit: Duration.hours(6) }),
  },
];
