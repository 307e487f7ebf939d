import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { PersistentVolumeClaimV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1';
import { PersistentVolumeV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-v1';
import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { configChecksum } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { PAUSE_IMAGE } from '../../kubernetes/pause-image';
import { podTemplate } from '../../kubernetes/pod-template';
import { ModelCache } from './model-cache';

/** Where the folder is on nodes. */
export const NODE_CACHE_PATH = '/var/lib/kubelet/model-cache';

/** Name of the class by which volume and claim find each other. There is no such object: an empty one would become the default class. */
const STORAGE_CLASS = 'model-cache';

/** User of the pause image, who needs no right. */
const NOBODY = '65535';

/**
 * Properties of `NodeCache`.
 *
 * @internal
 */
export interface NodeCacheProps {
  readonly cluster: IKubernetesCluster;
  readonly nodePool: IGpuNodePool;
  readonly cache: ModelCache;
  readonly registry: ImageRegistry;
}

/**
 * The cache on the nodes of a pool, made once for all that use it, in the stack of the first one: a pod on each node that reserves its disk, for the
 * scheduler and the proof alike, and whose mount creates its folder; and for each namespace of servers a volume and a claim.
 *
 * @internal
 */
export class NodeCache extends Construct {
  /** That of a pool in the stack of a scope. */
  public static of(scope: Construct, props: NodeCacheProps): NodeCache {
    const stack = TerraformStack.of(scope);
    const { cluster, nodePool } = props;
    const own = `ModelCache-${cluster.clusterName}-${nodePool.poolName}`;
    const known = stack.node.tryFindChild(own) as NodeCache | undefined;
    if (known === undefined) return new NodeCache(stack, own, scope, props);
    if (known.props.nodePool === nodePool) return known;
    // Pools of one name on clusters of one name: ids of namespaces are told apart by their clusters too.
    const other = `${own}:${nodePool.node.addr}`;
    const found = stack.node.tryFindChild(other) as NodeCache | undefined;
    return found ?? new NodeCache(stack, other, scope, props);
  }

  private constructor(
    stack: Construct,
    id: string,
    private readonly user: Construct,
    private readonly props: NodeCacheProps,
  ) {
    super(stack, id);
    this.makeReservation();
  }

  private get path(): string {
    return this.props.cache._node?.path ?? NODE_CACHE_PATH;
  }

  /**
   * The claim of a namespace, with its volume.
   *
   * @param namespace that of servers
   * @param before what its objects wait for
   */
  public claimIn(namespace: string, before: ITerraformDependable[]): { name: string; made: ITerraformDependable[] } {
    const { cluster, nodePool, cache } = this.props;
    const terms = Object.entries(nodePool.nodeSelector).map(([key, value]) => ({
      key: escapeTemplate(key),
      operator: 'In',
      values: [escapeTemplate(value)],
    }));
    // What a volume is cannot be changed, so another one has another name, and pods move to it before the old one goes.
    const hash = configChecksum({ path: this.path, terms: JSON.stringify(terms) }).slice(0, 8);
    const name = `${kubernetesName(`model-cache-${nodePool.poolName}`, 54)}-${hash}`;
    const volumeName = `${namespace}-${name}`;
    const id = `Claim-${namespace}`;
    const known = this.node.tryFindChild(id) as PersistentVolumeClaimV1 | undefined;
    if (known) return { name, made: [known] };
    const accessModes = ['ReadWriteMany'];
    const volume = new PersistentVolumeV1(this, `Volume-${namespace}`, {
      ...kubernetesMeta(this.user, cluster, []),
      metadata: { name: volumeName, labels: this.labels },
      spec: [
        {
          accessModes,
          capacity: { storage: `${Math.ceil(cache.size.mib)}Mi` },
          storageClassName: STORAGE_CLASS,
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { name, namespace },
          nodeAffinity: { required: { nodeSelectorTerm: [{ matchExpressions: terms }] } },
          persistentVolumeSource: { local: { path: escapeTemplate(this.path) } },
        },
      ],
      lifecycle: { createBeforeDestroy: true },
    });
    const claim = new PersistentVolumeClaimV1(this, id, {
      ...kubernetesMeta(this.user, cluster, [...before, volume]),
      metadata: { name, namespace, labels: this.labels },
      waitUntilBound: false,
      spec: {
        accessModes,
        storageClassName: STORAGE_CLASS,
        volumeName,
        // Nothing holds a folder to a size; the volume says what the cache keeps to, and may change without a new claim.
        resources: { requests: { storage: '1Mi' } },
      },
      lifecycle: { createBeforeDestroy: true },
    });
    return { name, made: [claim] };
  }

  private get labels(): { [key: string]: string } {
    return { ...this.selector, ...MANAGED_BY };
  }

  private get selector(): { [key: string]: string } {
    const { poolName } = this.props.nodePool;
    return { 'app.kubernetes.io/name': 'model-cache', 'app.kubernetes.io/instance': kubernetesName(poolName) };
  }

  private makeReservation(): void {
    const { cluster, nodePool, cache, registry } = this.props;
    const namespace = cache._node?.namespace ?? 'model-cache';
    const before = ensureNamespace(this.user, cluster, namespace, PodSecurityLevel.PRIVILEGED);
    new DaemonSetV1(this, 'Reservation', {
      ...kubernetesMeta(this.user, cluster, [...before, ...nodePool.ready]),
      metadata: {
        name: kubernetesName(`model-cache-${nodePool.poolName}`),
        namespace,
        labels: this.labels,
      },
      waitForRollout: false,
      spec: {
        selector: { matchLabels: this.selector },
        strategy: { type: 'RollingUpdate' },
        template: podTemplate({
          labels: this.selector,
          registry,
          securityLevel: PodSecurityLevel.PRIVILEGED,
          taints: nodePool.taints,
          containers: [
            {
              name: 'reserve',
              image: PAUSE_IMAGE,
              // The runtime of GPU nodes gives every GPU to an image that asks for it.
              env: [{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'void' }],
              resources: {
                requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': `${Math.ceil(cache.size.mib)}Mi` },
                limits: { memory: '64Mi' },
              },
              securityContext: {
                runAsUser: NOBODY,
                runAsNonRoot: true,
                privileged: false,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
                seccompProfile: { type: 'RuntimeDefault' },
              },
              volumeMount: [{ name: 'model-cache', mountPath: '/model-cache', readOnly: true }],
            },
          ],
          spec: {
            terminationGracePeriodSeconds: 1,
            // Before servers, which would take the disk.
            priorityClassName: 'system-node-critical',
            nodeSelector: { ...nodePool.nodeSelector },
            volume: [{ name: 'model-cache', hostPath: { path: this.path, type: 'DirectoryOrCreate' } }],
          },
        }),
      },
    });
  }
}
