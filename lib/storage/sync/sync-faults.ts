import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { modelStoreFaults } from '../../core/model-store-reach';
import { kubernetesNameFault } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { imageFaults } from '../../core/container-image';
import { annotationSyntaxFaults, labelSyntaxFaults, ownKeyFaults } from '../../kubernetes/label-syntax';
import { objectNameFaults } from '../../kubernetes/object-name';
import { Duration } from '../../units/duration';
import { DataSize } from '../../units/data-size';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { duplicateFaults } from '../../units/duplicate-faults';
import { positiveFault, wholeNumberFault } from '../../units/number-faults';
import { secretMetadataFaults } from '../../units/secrets-in-text';
import { allOf } from '../../units/unreadable';
import { weekOf, windowFaults } from './maintenance-window';
import { ModelSyncProps, SyncProbe } from './model-sync-props';
import { ChosenNames } from './release-faults';
import { keyFaults } from './release-key';
import { wordFaults } from './sync-place';

/** What is served, what was before, and what comes. @internal */
export const VERSIONS_KEPT = 3;
const OWN_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'];
const OWN_ANNOTATIONS = ['gpu-inference-constructs/config-checksum'];

/** @internal */
export function syncFaults(props: ModelSyncProps, { name, namespace, channel }: ChosenNames): Fault[] {
  const { model, modelStore, cluster, modelSize, cacheSize, servers = [], probe, windows } = props;
  const known = { name, namespace, channel, model, servers, mbit: props.maxMegabitsPerSecond };
  const unknown = Object.entries(known).flatMap(([property, value]) =>
    concreteFault(property === 'mbit' ? 'maxMegabitsPerSecond' : property, value, 'settings are made at synthesis'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => kubernetesNameFault('name', name),
    () => kubernetesNameFault('namespace', namespace),
    () => modelNameFaults(model, 'model'),
    () => modelVersionFaults(channel, 'channel'),
    () => wordFaults('site', props.site),
    () => wordFaults('variant', props.variant),
    () => keyFaults('keys', props.keys),
    () => windowFaults('windows', windows),
    () =>
      faultsUnder(
        modelStoreFaults(modelStore, cluster.connection.region),
        'modelStore',
        `store '${modelStore.node.path}'`,
      ),
    () => roomFaults(modelSize, cacheSize),
    () => positiveFault('maxMegabitsPerSecond', props.maxMegabitsPerSecond),
    () => claimFaults(props),
    () => servers.flatMap((server, index) => kubernetesNameFault(`servers[${index}]`, server)),
    () => duplicateFaults('servers', servers),
    () => probeFaults(probe),
    () => secondsFaults({ checkTimeout: props.checkTimeout, pollInterval: props.pollInterval }, 1),
    () => secondsFaults({ maxUplinkOutage: props.maxUplinkOutage }, 60),
    () => imageFaults('awsCliImage', props.awsCliImage),
    () => imageFaults('pythonImage', props.pythonImage),
    () => labelSyntaxFaults('nodeSelector', props.nodeSelector),
    () => ownKeyFaults('podLabels', props.podLabels, OWN_LABELS),
    () => labelSyntaxFaults('podLabels', props.podLabels),
    () => secretMetadataFaults('podLabels', props.podLabels),
    () => ownKeyFaults('podAnnotations', props.podAnnotations, OWN_ANNOTATIONS),
    () => annotationSyntaxFaults('podAnnotations', props.podAnnotations),
    () => secretMetadataFaults('podAnnotations', props.podAnnotations),
  );
}

/** Room for the version that is served, the one before and the one that comes. */
function roomFaults(modelSize: DataSize, cacheSize: DataSize | undefined): Fault[] {
  const wrong = allOf(
    () => concreteFault('modelSize', modelSize.bytes, 'disk is reserved for it'),
    () => concreteFault('cacheSize', cacheSize?.bytes, 'disk is reserved for it'),
    () => positiveFault('modelSize', modelSize.bytes),
    () => positiveFault('cacheSize', cacheSize?.bytes),
  );
  if (wrong.length > 0 || cacheSize === undefined) return wrong;
  const need = Math.ceil(modelSize.mib) * VERSIONS_KEPT;
  if (cacheSize.mib >= need) return [];
  const each = Math.ceil(modelSize.mib);
  const reason =
    `cacheSize must be at least ${need} MiB: ${each} MiB for the version that is served, as much for the one before, which comes back when a check fails, and ` +
    `as much for the one that comes; got ${Math.floor(cacheSize.mib)} MiB; raise it, or serve a smaller variant`;
  return [fault('SYNC_EXCEEDS_CACHE', 'cacheSize', reason)];
}

function claimFaults({ claimName, storageClassName }: ModelSyncProps): Fault[] {
  return allOf(
    () => objectNameFaults('claimName', claimName),
    () => objectNameFaults('storageClassName', storageClassName),
    () => {
      if (claimName === undefined || storageClassName === undefined) return [];
      const reason =
        'storageClassName is that of a claim that is made, but claimName names one of yours; leave one of them out';
      return [fault('CONFLICTING_PROPERTIES', 'storageClassName', reason)];
    },
  );
}

function probeFaults(probe: SyncProbe | undefined): Fault[] {
  if (probe === undefined) return [];
  const { url, contains } = probe;
  const unknown = concreteFault('probe', [url, contains], 'the network policy is made of it');
  if (unknown.length > 0) return unknown;
  if (!/^https?:\/\/[^\s"'\\]+$/.test(url) || !URL.canParse(url)) {
    const reason = `probe.url must be an http or https URL, e.g. 'http://chat.inference:8000/v1/models'; got '${url}'`;
    return [fault('INVALID_FORMAT', 'probe.url', reason)];
  }
  return plainUrlFaults('probe.url', url, 'ask for a page that needs no key, such as /health');
}

function secondsFaults(durations: { readonly [property: string]: Duration | undefined }, least: number): Fault[] {
  return Object.entries(durations).flatMap(([property, duration]) =>
    duration === undefined ? [] : wholeNumberFault(property, duration.toSeconds(), least),
  );
}

/**
 * A version that does not come within all windows of a week by the bandwidth that it may take.
 *
 * @internal
 */
export function slowSyncWarnings({ modelSize, maxMegabitsPerSecond, windows }: ModelSyncProps): Fault[] {
  if (maxMegabitsPerSecond === undefined) return [];
  const { open } = weekOf(windows);
  const minutes = Math.ceil(modelSize.bytes / (maxMegabitsPerSecond * 125_000) / 60);
  if (minutes <= open) return [];
  const least = Math.ceil((modelSize.bytes / (open * 60) / 125_000) * 10) / 10;
  const reason =
    `a version of ${Math.ceil(modelSize.mib)} MiB takes ${minutes} minutes at ${maxMegabitsPerSecond} Mbit/s, but windows are open for ${open} minutes a ` +
    `week, so that it comes after more than a week; allow ${least} Mbit/s, open windows for longer, or accept the warning`;
  return [fault('SYNC_SLOWER_THAN_WINDOWS', 'maxMegabitsPerSecond', reason)];
}
