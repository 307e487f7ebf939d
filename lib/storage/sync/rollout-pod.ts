import { Construct } from 'constructs';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { credentialVolumes } from '../../kubernetes/model-store-access';
import { PodContainer, PodTemplateProps } from '../../kubernetes/pod-template';
import { ModelRolloutProps } from './model-rollout-props';
import { keyVolumes, pythonContainer, RELEASE_MOUNTS, signContainer, storeContainer } from './release-pod';
import { DEFAULT_ALERTS, ROLLOUT_DEFAULTS } from './rollout-faults';
import { RolloutFailureAction } from './rollout-failure-action';
import { hubSecrets } from './rollout-hub';
import { modelUri, releasesUri, SYNC_CONFIG } from './sync-place';

/** Port of the metrics. @internal */
export const ROLLOUT_PORT = 9481;
const HUB = '/etc/rollout-hub';
/** Time that results stay readable after the last ring: two of the usual longest intervals between scrapes, of 30 s. */
const LINGER_SECONDS = 60;
/** The AWS CLI tries ten times, each for minutes. */
const ORDER_SECONDS = 1800;

/** Containers that act with no role. @internal */
export const UNTRUSTED = ['sign', 'rollout'];

const TAKE_BACK: { readonly [action in RolloutFailureAction]: string } = {
  [RolloutFailureAction.STOP]: 'none',
  [RolloutFailureAction.TAKE_BACK_RING]: 'ring',
  [RolloutFailureAction.TAKE_BACK_ALL]: 'all',
};

/** What `model_rollout.py` reads. @internal */
export function rolloutSettings(props: ModelRolloutProps, channel: string): string {
  const { model, version, number, rings, hub, alerts = DEFAULT_ALERTS, customAlerts = [] } = props;
  const { soak, minimumUpdated, ringTimeout, pollInterval } = { ...ROLLOUT_DEFAULTS, ...given(props) };
  const files = hubSecrets(hub).map(({ file }) => file);
  const fileOf = (file: string) => (files.includes(file) ? `${HUB}/${file}/${file}` : null);
  return JSON.stringify({
    ...{ model, version, number, channel, minimumUpdated },
    rings: rings.map((ring) => ({
      name: ring.name,
      sites: [...ring.sites].sort(),
      soakSeconds: (ring.soak ?? soak).toSeconds(),
    })),
    hub: {
      url: hub.url,
      siteLabel: hub.siteLabel ?? 'cluster',
      username: hub.username ?? null,
      passwordFile: fileOf('password'),
      tokenFile: fileOf('token'),
      authorityFile: fileOf('authority'),
      alerts: [...new Set([...alerts, ...customAlerts])].sort(),
    },
    timeoutSeconds: ringTimeout.toSeconds(),
    pollSeconds: pollInterval.toSeconds(),
    takeBack: TAKE_BACK[props.onFailure ?? RolloutFailureAction.STOP],
    orderSeconds: ORDER_SECONDS,
    lingerSeconds: LINGER_SECONDS,
    port: ROLLOUT_PORT,
  });
}

/** Properties that are given, without those that are `undefined`. */
function given({
  soak,
  minimumUpdated,
  ringTimeout,
  pollInterval,
}: ModelRolloutProps): Partial<typeof ROLLOUT_DEFAULTS> {
  const all = { soak, minimumUpdated, ringTimeout, pollInterval };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/**
 * The pod: two containers that end before the others begin read and sign, then one asks the hub and decides, and one has the credentials and does what it is told.
 *
 * @internal
 */
export function rolloutPod(
  scope: Construct,
  props: ModelRolloutProps,
  of: {
    readonly name: string;
    readonly channel: string;
    readonly labels: { [key: string]: string };
    readonly annotations: { [key: string]: string };
  },
): PodTemplateProps {
  const { modelStore, model, version, rings, signingKeys, nodeSelector, imageRegistry, hub } = props;
  const own = { CHANNEL: of.channel, RINGS: rings.map(({ name }) => name).join(' ') };
  const releases = releasesUri(scope, modelStore, model);
  const places = {
    MODEL_URI: `${modelUri(scope, modelStore, model)}/${version}`,
    RELEASES_URI: releases,
    // No channel begins with an underscore.
    ROLLOUT_URI: `${releases}/_rollout/${of.channel}`,
    ...own,
  };
  return {
    labels: of.labels,
    annotations: of.annotations,
    registry: imageRegistry ?? ImageRegistry.UPSTREAM,
    securityLevel: PodSecurityLevel.RESTRICTED,
    serviceAccount: { name: of.name },
    initContainers: [storeContainer(props, 'read', 'read-rings', places), signContainer(props, 'sign_rollout.py', own)],
    containers: [rolloutContainer(props), storeContainer(props, 'store', 'serve', places)],
    spec: {
      restartPolicy: 'Never',
      // What it does goes on where it stopped, so that it may be ended at once.
      terminationGracePeriodSeconds: 10,
      nodeSelector,
      volume: [
        { name: 'config', configMap: { name: of.name, defaultMode: '0444' } },
        { name: 'work', emptyDir: { sizeLimit: `${64 + 40 * rings.length}Mi` } },
        { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
        ...keyVolumes(signingKeys),
        ...hubSecrets(hub).map(({ file, secret: { name, key } }) => ({
          name: `hub-${file}`,
          secret: { secretName: name, defaultMode: '0440', items: [{ key, path: file }] },
        })),
        ...credentialVolumes(modelStore),
      ],
    },
  };
}

function rolloutContainer({ hub, pythonImage }: ModelRolloutProps): PodContainer {
  const program = pythonContainer('rollout', 'model_rollout.py', pythonImage);
  const probe = { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 20, timeoutSeconds: 5 };
  return {
    ...program,
    command: [...(program.command ?? []), `${SYNC_CONFIG}/settings.json`],
    port: [{ name: 'metrics', containerPort: ROLLOUT_PORT, protocol: 'TCP' }],
    livenessProbe: { ...probe, failureThreshold: 6 },
    volumeMount: [
      ...RELEASE_MOUNTS,
      ...hubSecrets(hub).map(({ file }) => ({ name: `hub-${file}`, mountPath: `${HUB}/${file}`, readOnly: true })),
    ],
  };
}
