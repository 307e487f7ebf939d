import { NodeCredentials } from './node-credentials';
import { OutageNumbers } from './outage-numbers';
import { OutageFigure, OutagePlanProps } from './outage-props';

const REMOTE_WRITE = 'https://prometheus.io/docs/practices/remote_write/';
const CONFIGURATION = 'https://prometheus.io/docs/prometheus/latest/configuration/configuration/';
const STORAGE = 'https://prometheus.io/docs/prometheus/latest/storage/';
const PRACTICES = 'https://docs.aws.amazon.com/eks/latest/best-practices';

/**
 * Every number that follows from an outage, with its reason and source.
 *
 * @param plan the numbers
 * @param props what the site is
 *
 * @internal
 */
export function outageFigures(plan: OutageNumbers, props: OutagePlanProps): OutageFigure[] {
  const { credentials } = props;
  return [
    {
      name: 'tolerationSeconds of unreachable and not-ready',
      value: `${plan.tolerationSeconds}`,
      reason: `${plan.longest.toString()} of outage${credentials ? `, ${credentials.recovery.toString()} for credentials` : ''} and 2m for the first heartbeat; the default of 300 evicts pods that still run`,
      source: `${PRACTICES}/hybrid-nodes-kubernetes-pod-failover.html`,
    },
    {
      name: 'topology.kubernetes.io/zone',
      value: 'one for each site',
      reason: 'evictions stop where all nodes of a zone are unreachable, in clusters of more than three nodes',
      source: `${PRACTICES}/hybrid-nodes-network-disconnection-best-practices.html`,
    },
    ...credentialFigures(plan, credentials),
    ...senderFigures(plan),
    ...(plan.sender.keepsPlace
      ? []
      : [
          {
            name: 'sample_age_limit',
            value: plan.sampleAgeLimit.toString(),
            reason: 'the oldest sample when the last node is back, and two scrapes; the hub would refuse older ones',
            source: `${CONFIGURATION}#remote_write`,
          },
        ]),
    {
      name: 'out_of_order_time_window of the hub',
      value: plan.hubOutOfOrderWindow.toString(),
      reason:
        'samples of the outage are that much older than the newest of other sites; the default of 0s refuses them',
      source: `${CONFIGURATION}#tsdb`,
    },
    {
      name: 'numbers at the hub are old after the link is back',
      value: plan.catchUp.toString(),
      reason: `they are sent ${props.catchUpSpeed ?? 4} times as fast as new ones come in: an assumption, which the link must allow`,
      source: `${REMOTE_WRITE}#parameters`,
    },
    {
      name: 'retention of the Prometheus at the site',
      value: plan.localRetention.toString(),
      reason: plan.sender.keepsPlace
        ? 'the outage, and a day to look at what happened'
        : 'the outage, and a day to fetch what a sender left out that restarted during it',
      source: plan.sender.keepsPlace
        ? 'a choice of this library'
        : 'https://github.com/prometheus/prometheus/issues/8809',
    },
    ...(plan.localDisk
      ? [
          {
            name: 'disk of the Prometheus at the site',
            value: plan.localDisk.toString(),
            reason: `2 bytes a sample for ${plan.localRetention.toString()} and 4h of blocks not yet deleted, and a write-ahead log of 3h`,
            source: `${STORAGE}#operational-aspects`,
          },
        ]
      : []),
    {
      name: 'site is silent after',
      value: plan.silentAfter.toString(),
      reason: 'Prometheus looks back 5m, and two scrapes may be missed',
      source: 'https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness',
    },
    {
      name: 'somebody must act after',
      value: plan.overdueAfter.toString(),
      reason: `a quarter of ${plan.longest.toString()} is left before metrics are lost`,
      source: 'a choice of this library',
    },
    {
      name: 'images and models',
      value: 'by digest and revision, on the node',
      reason: 'neither registry nor store can be reached, and pods that restart need both',
      source: `${PRACTICES}/hybrid-nodes-network-disconnection-best-practices.html`,
    },
    {
      name: 'imageMinimumGCAge of the kubelets',
      value: plan.imageMinimumGcAge.toString(),
      reason: 'the image of a pod that is down for the moment must not be deleted when the disk fills',
      source: 'https://kubernetes.io/docs/concepts/architecture/garbage-collection/#container-image-lifecycle',
    },
  ];
}

function credentialFigures(plan: OutageNumbers, credentials: NodeCredentials | undefined): OutageFigure[] {
  if (credentials === undefined || plan.credentialLifetime === undefined) return [];
  return [
    {
      name: `credentials of ${credentials.name}`,
      value: plan.credentialLifetime.toString(),
      reason: `from ${credentials.defaultLifetime.toString()} to ${credentials.longestLifetime.toString()}; a cut late in their life leaves less, and a node without valid ones is away until ${credentials.recovery.toString()} after the link is back`,
      source: `${PRACTICES}/hybrid-nodes-host-creds.html`,
    },
  ];
}

function queueFigures({ bufferDisk }: OutageNumbers): OutageFigure[] {
  return [
    {
      name: 'restart of vmagent during the outage',
      value: 'leaves out nothing',
      reason: 'its queue is on its disk; of an agent that is killed, what came within the last seconds is lost',
      source: 'https://docs.victoriametrics.com/victoriametrics/vmagent/#on-disk-persistence',
    },
    ...(bufferDisk
      ? [
          {
            name: 'disk of the queue',
            value: bufferDisk.toString(),
            reason: '60 bytes a sample, of which 44 were measured, for the whole outage, and two files of 512 MiB',
            source: 'measured with vmagent 1.150.0',
          },
        ]
      : []),
  ];
}

function senderFigures(plan: OutageNumbers): OutageFigure[] {
  if (plan.sender.keepsPlace) return queueFigures(plan);
  const restart: OutageFigure = {
    name: `restart of ${plan.sender.title} during the outage`,
    value: 'leaves out what was not sent',
    reason: 'remote write starts at the time of its start and keeps no place; the samples stay on the disk of the site',
    source: 'https://github.com/prometheus/prometheus/issues/8809',
  };
  const disk: OutageFigure[] = plan.bufferDisk
    ? [
        {
          name: 'disk of the write-ahead log',
          value: plan.bufferDisk.toString(),
          reason: `13 bytes a sample without compression, which is on and the reserve, for ${plan.walTruncateFrequency ? 'twice the time between two cuts' : '3h'}, and 3 segments`,
          source: 'https://www.robustperception.io/how-much-space-does-the-wal-take-up/',
        },
      ]
    : [];
  if (plan.walTruncateFrequency === undefined) return [restart, ...disk];
  return [
    {
      name: '--storage.agent.wal-truncate-frequency',
      value: plan.walTruncateFrequency.toString(),
      reason:
        'each cut drops the older two thirds of the log, sent or not: half of what comes in between two cuts is sure to be left, the whole outage',
      source: 'https://github.com/prometheus/prometheus/blob/v3.14.0/tsdb/agent/db.go (DB.truncate)',
    },
    {
      name: '--storage.agent.retention.max-time',
      value: plan.walTruncateFrequency.toString(),
      reason: 'not below the time between two cuts; its default of 4h would forget series of a longer outage',
      source: 'https://prometheus.io/docs/prometheus/latest/command-line/prometheus/',
    },
    restart,
    ...disk,
  ];
}
