import { Fault, fault } from '../../units/fault';
import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { Construct } from 'constructs';
import { ClusterLedger } from '../../core/cluster-ledger';
import { throwIfRefused, throwIfOfOtherKinds } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { kubernetesName, kubernetesNameFault } from '../../core/naming';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { PAUSE_IMAGE } from '../../kubernetes/pause-image';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { concreteFault, hasToken } from '../../core/tokens';
import { GPU_LABEL } from '../pools/shared/gpu-node-pool-labels';
import { isMarked, runOnNodes, selectorRequirements } from './agent-nodes';
import { agentTolerations } from './node-agents-daemon-set';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { knownListFaults, listFaults, textList } from '../../core/text-list';
import { nameClass } from '../../units/own-class';
import { allOf, isUnreadable } from '../../units/unreadable';

/** Requests of each of its containers. */
const REQUESTS = { cpu: '10m', memory: '16Mi' };

/**
 * Properties of `ImagePrePuller`.
 */
export interface ImagePrePullerProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Images with their registry hosts and tags, each once, at least one. */
  readonly images: string[];
  /** The pools whose nodes pull them. @default - every node with GPUs */
  readonly nodePools?: IGpuNodePool[];
  /** A command that exists in each of the images and exits at once. @default ['/bin/true'] */
  readonly command?: string[];
  /**
   * Image of the container that stays, and does nothing, with its registry, by tag or by digest.
   * @default 'registry.k8s.io/pause:3.10'
   */
  readonly pauseImage?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Name of the DaemonSet: an RFC 1123 label. @default - from the construct's id */
  readonly name?: string;
  /** Namespace, of the Pod Security level 'restricted'. Created unless the program or the cluster has it: see `ExistingNamespaces`. @default 'inference' */
  readonly namespace?: string;
}

/**
 * A warm pool of images: every GPU node pulls them when it starts, one after another, so that a model server does not wait for its image of
 * twenty gigabytes. The pods take no GPU and run under the Pod Security level 'restricted'.
 *
 * Throws a `ValidationError` without images, for a duplicate or one without a tag, and for a name that is not an RFC 1123 label.
 */
export class ImagePrePuller extends Construct {
  /** Name of the DaemonSet. */
  public readonly daemonSetName: string;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props which images, and where
   */
  public constructor(scope: Construct, id: string, props: ImagePrePullerProps) {
    throwIfOfOtherKinds(scope, 'ImagePrePullerProps', props, id, (given) => new ImagePrePuller(scope, id, given));
    super(scope, id);
    const { cluster, images, nodePools } = props;
    this.daemonSetName = props.name ?? kubernetesName(id);
    const unknown = knownListFaults('images', images, 'containers are named after the images');
    const faults = () =>
      allOf(
        () => listFaults('command', props.command),
        () => kubernetesNameFault('name', this.daemonSetName),
        () => (unknown.length > 0 ? unknown : imageFaults(images)),
        () => poolFaults(props),
      );
    throwIfRefused(this, faults());
    nodePools?.forEach((pool) => ClusterNodePools.add(pool));
    const namespace = props.namespace ?? 'inference';
    const ready = ensureNamespace(this, cluster, namespace, PodSecurityLevel.RESTRICTED);
    const selector = { 'app.kubernetes.io/name': this.daemonSetName };
    const daemonSet = new DaemonSetV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, ready),
      metadata: { name: this.daemonSetName, namespace, labels: { ...selector, ...MANAGED_BY } },
      waitForRollout: false,
      spec: {
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate' },
        template: podTemplate({
          labels: selector,
          registry: props.imageRegistry ?? ImageRegistry.UPSTREAM,
          securityLevel: PodSecurityLevel.RESTRICTED,
          tolerations: () =>
            agentTolerations((nodePools ?? ClusterLedger.of(cluster).pools).flatMap((pool) => pool.taints)),
          initContainers: images.map((image) =>
            container(containerName(image), image, textList(props.command ?? ['/bin/true'])),
          ),
          containers: [container('pause', props.pauseImage ?? PAUSE_IMAGE)],
          spec: {
            terminationGracePeriodSeconds: 1,
            nodeSelector: nodePools?.every((pool) => isMarked(pool, GPU_LABEL)) ? { [GPU_LABEL]: 'true' } : undefined,
            affinity: nodePools && {
              nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: onPools(nodePools) },
            },
          },
        }),
      },
    });
    if (!nodePools) runOnNodes(daemonSet, { mark: GPU_LABEL, pools: () => ClusterLedger.of(cluster).pools });
  }
}

nameClass('ImagePrePuller', ImagePrePuller);

function container(name: string, image: string, command?: string[]): PodContainer {
  return {
    name,
    image,
    command,
    // The runtime of GPU nodes gives every GPU to an image that asks for it; these containers need none.
    env: [{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'void' }],
    resources: { requests: { ...REQUESTS }, limits: { memory: '64Mi' } },
  };
}

/** One term for each pool: a node of any of them will do. */
function onPools(pools: readonly IGpuNodePool[]) {
  return {
    nodeSelectorTerm: pools.map((pool) => ({
      matchExpressions: selectorRequirements(pool),
    })),
  };
}

/** Derived from the image's name and tag, so that adding an image does not rename other containers. */
function containerName(image: string): string {
  return kubernetesName(image.split('/').slice(-1)[0]);
}

function imageFaults(images: readonly string[]): Fault[] {
  if (images.length === 0) return [fault('EMPTY_LIST', 'images', 'images must have at least one image; got none')];
  // An element of another kind is neither like another one, nor keeps others from being so.
  const names = images.map((image) => (isUnreadable(image) ? undefined : containerName(image)));
  return images.flatMap((image, index) => {
    const at = `images[${index}]`;
    if (isUnreadable(image)) return [];
    if (hasToken(image)) return concreteFault(at, image, 'containers are named after the images');
    if (!/[^/]+(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(image)) {
      const reason = `${at} must have a tag or a digest, so that what is pulled does not change unnoticed; got '${image}'`;
      return [fault('INVALID_FORMAT', at, reason)];
    }
    const same = names.indexOf(names[index]);
    const reason = `${at} must differ from images[${same}] in name or tag; got '${image}' and '${images[same]}'`;
    return same === index ? [] : [fault('DUPLICATE', at, reason)];
  });
}

function poolFaults({ nodePools, cluster }: ImagePrePullerProps): Fault[] {
  if (nodePools?.length === 0) {
    const reason = 'nodePools must have at least one pool; got none; leave it out for every node with GPUs';
    return [fault('EMPTY_LIST', 'nodePools', reason)];
  }
  return (nodePools ?? []).flatMap((pool, index) => otherClusterFault(pool, cluster, `nodePools[${index}]`));
}
