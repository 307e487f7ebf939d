import { PodContainer } from '../../kubernetes/pod-template';
import { cores, mebibytes } from '../../kubernetes/quantity';
import { DataSize } from '../../units/data-size';
import { optionalTextList } from '../../core/text-list';
import { SecretReference } from '../../core/secret-reference';
import { PodAdditions, PodVolumeKind, PodVolumeMount, Sidecar } from './pod-additions';

/**
 * The variables of a container, by name.
 *
 * @internal
 */
export function addedEnvironment(
  plain: { readonly [name: string]: string } = {},
  secret: { readonly [name: string]: SecretReference } = {},
) {
  // A secret takes the place of a variable that the library sets.
  return [
    ...Object.entries(plain)
      .filter(([name]) => !Object.hasOwn(secret, name))
      .map(([name, value]) => ({ name, value })),
    ...Object.entries(secret).map(([name, { name: secretName, key }]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secretName, key } },
    })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
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
 * What the sidecars ask for together.
 *
 * @internal
 */
export function sidecarRequests({ sidecars = [] }: PodAdditions): { cpuMillis: number; memoryMib: number } {
  return {
    cpuMillis: sidecars.reduce((sum, sidecar) => sum + cpuMillis(sidecar), 0),
    memoryMib: sidecars.reduce((sum, sidecar) => sum + Math.ceil(memoryOf(sidecar).mib), 0),
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
