import { KubeClient } from './kube-client';
import { Poller } from './poller';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/**
 * Plays the provisioner of the EBS CSI driver: a claim whose pod has been given a node gets a volume, and a volume whose claim is
 * gone goes.
 */
export function playVolumeProvisioner(client: KubeClient): Poller {
  return new Poller(async () => {
    const classes = await client.list('storage.k8s.io/v1', 'StorageClass');
    for (const claim of await client.list('v1', 'PersistentVolumeClaim')) {
      const storageClass = classes.find(({ metadata }) => metadata.name === claim.spec.storageClassName);
      if (claim.status?.phase !== 'Pending' || !claim.metadata.annotations?.[SELECTED_NODE] || !storageClass) continue;
      const { name, namespace, uid } = claim.metadata;
      await client.create({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `pvc-${uid as string}` },
        spec: {
          storageClassName: storageClass.metadata.name,
          accessModes: claim.spec.accessModes,
          capacity: claim.spec.resources.requests,
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
          csi: { driver: storageClass.provisioner, volumeHandle: `vol-${uid as string}` },
        },
      });
    }
    for (const volume of await client.list('v1', 'PersistentVolume')) {
      if (volume.status?.phase === 'Released') await client.remove(volume);
    }
  });
}
