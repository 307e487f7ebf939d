import { PodContainer } from '../../kubernetes/pod-template';
import { cores, mebibytes } from '../../kubernetes/quantity';
import { variableOrder } from '../../kubernetes/variable-order';
import { DataSize } from '../../units/data-size';
import { optionalTextList } from '../../core/text-list';
import { SecretReference } from '../../core/secret-reference';
import { PodAdditions, PodVolumeKind, PodVolumeMount, Sidecar } from './pod-additions';

/**
 * The variables of a container, by name, each after those that it refers to.
 *
 * @internal
 */
export function addedEnvironment(
  plain: { readonly [name: string]: string } = {},
  secret: { readonly [name: string]: SecretReference } = {},
) {
  // A secret takes the place of a variable that the library sets.
  const all = [
    ...Object.entries(plain)
      .filter(([name]) => !Object.hasOwn(secret, name))
      .map(([name, value]) => ({ name, value })),
    ...Object.entries(secret).map(([name, { name: secretName, key }]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secretName, key } },
    })),
  ];
  return variableOrder(all.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** @internal */
export function addedMounts(mounts: readonly PodVolumeMount[] = []) {
  return mounts.map(({ volume, path, readOnly }) => ({ name: volume, mountPath: path, readOnly: readOnly ?? true }));
}

/** @internal */
export function addedVolumes({ volumes = [] }: PodAdditions) {
  return volumes.map(({ kind, name, source, sizeLimit }) => {
    switch (kind) {
      case PodVolumeKind.SECRET:
        return { name, secret: { secretName: source, defaultMode: '0440' } };
      case PodVolumeKind.CONFIG_MAP:
        return { name, configMap: { name: source, defaultMode: '0444' } };
      case PodVolumeKind.CLAIM:
        return { name, persistentVolumeClaim: { claimName: source ?? '' } };
      case PodVolumeKind.EMPTY:
        return { name, emptyDir: { sizeLimit: sizeLimit && mebibytes(sizeLimit) } };
    }
  });
}

/**
 * The most that an init container asks for.
 *
 * @internal
 */
export function initRequests({ initContainers = [] }: PodAdditions): { cpuMillis: number; memoryMib: number } {
  return {
    cpuMillis: Math.max(0, ...initContainers.map(cpuMillis)),
    memoryMib: Math.max(0, ...initContainers.map((each) => Math.ceil(memoryOf(each).mib))),
  };
}

/**
 * What a pod needs besides its server and the models of that.
 *
 * @internal
 */
export interface AddedRequests {
  readonly cpuMillis: number;
  readonly memoryMib: number;
  readonly diskMib: number;
}

/**
 * What the sidecars ask for together, and what empty folders may hold: the kubelet ends a pod whose files, those in its folders included, are
 * more than its containers may have.
 *
 * @see https://kubernetes.io/docs/concepts/storage/ephemeral-storage/
 *
 * @internal
 */
export function addedRequests({ sidecars = [], volumes = [] }: PodAdditions): AddedRequests {
  return {
    cpuMillis: sidecars.reduce((sum, sidecar) => sum + cpuMillis(sidecar), 0),
    memoryMib: sidecars.reduce((sum, sidecar) => sum + Math.ceil(memoryOf(sidecar).mib), 0),
    diskMib: volumes.reduce((sum, { sizeLimit }) => sum + Math.ceil(sizeLimit?.mib ?? 0), 0),
  };
}

/** @internal */
export function sidecarContainers(sidecars: readonly Sidecar[] = []): PodContainer[] {
  return sidecars.map((sidecar) => {
    const resources = { cpu: cores(cpuMillis(sidecar)), memory: mebibytes(memoryOf(sidecar)) };
    return {
      name: sidecar.name,
      image: sidecar.image,
      command: optionalTextList(sidecar.command),
      args: optionalTextList(sidecar.args),
      env: addedEnvironment(sidecar.environment, sidecar.secretEnvironment),
      port: Object.entries(sidecar.ports ?? {}).map(([name, containerPort]) => ({
        name,
        containerPort,
        protocol: 'TCP',
      })),
      volumeMount: addedMounts(sidecar.volumeMounts),
      resources: { requests: resources, limits: resources },
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
  });
}

function cpuMillis({ cpu = 0.1 }: Sidecar): number {
  return Math.ceil(cpu * 1000);
}

function memoryOf({ memory }: Sidecar): DataSize {
  return memory ?? DataSize.mib(128);
}
