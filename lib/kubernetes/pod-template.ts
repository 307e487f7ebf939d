import {
  DeploymentV1SpecTemplateMetadata,
  DeploymentV1SpecTemplateSpec,
  DeploymentV1SpecTemplateSpecContainer,
} from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Lazy } from 'cdktf';
import { IGpuNodePool, NodeTaint } from '../core/gpu-node-pool';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ImageRegistry } from './image-registry';
import { MANAGED_BY } from './managed-by';
import { restrictedContainerSecurityContext, restrictedPodSecurityContext } from './pod-security';
import { Toleration, tolerationsOf, tolerationsOfOutage } from './tolerations';
import { escapeTemplates } from '../core/template-escape';

type Spec = DeploymentV1SpecTemplateSpec;
type Container = DeploymentV1SpecTemplateSpecContainer;

/** Fields that the pod template sets itself. */
type Decided =
  | 'container'
  | 'initContainer'
  | 'toleration'
  | 'imagePullSecrets'
  | 'serviceAccountName'
  | 'automountServiceAccountToken'
  | 'enableServiceLinks';

/**
 * A container of a pod. The template adds the rest: the registry of the image, its pull policy, and the security context of the level
 * 'restricted'. At other levels the container sets its own.
 *
 * @internal
 */
export interface PodContainer extends Omit<Container, 'image' | 'imagePullPolicy'> {
  /** Image by the registry it is published in. */
  readonly image: string;
}

/**
 * The service account of a pod.
 *
 * @internal
 */
export interface PodServiceAccount {
  readonly name: string;
  /** Whether the containers talk to the API server. A role's token is a separate volume and does not need this. @default false */
  readonly usesApiServer?: boolean;
}

/**
 * Properties of `podTemplate`. Whatever else the scheduler, the kubelet or the controller must know is in `spec`, in the terms of the
 * Kubernetes provider.
 *
 * @internal
 */
export interface PodTemplateProps {
  /** Labels of the pods, in addition to the managed-by label. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Annotations of the pods, `checksumAnnotation` among them where they read a configuration. @default - none */
  readonly annotations?: { readonly [key: string]: string };
  /** Registry that the images are pulled from, with its pull secrets. */
  readonly registry: ImageRegistry;
  /** Pod Security level of the namespace. */
  readonly securityLevel: PodSecurityLevel;
  /** User and group of the containers at the level 'restricted'. @default '1000' */
  readonly userId?: string;
  /** When the kubelet changes the group of volumes, at the level 'restricted'. @default - the default of Kubernetes: at every start */
  readonly fsGroupChangePolicy?: string;
  /** @default - the namespace's own, without a token */
  readonly serviceAccount?: PodServiceAccount;
  /** Pool that the pods are for: its taints are tolerated, and the outages that it bears. @default - none */
  readonly nodePool?: Pick<IGpuNodePool, 'taints' | 'unreachableTolerationSeconds'>;
  /** Further taints that are tolerated. @default - none: see `tolerations` */
  readonly taints?: readonly NodeTaint[];
  /**
   * Tolerations that are evaluated when the stack is synthesized, instead of `taints`: for pools that may be added later.
   * @default - none
   */
  readonly tolerations?: () => readonly Toleration[];
  /** @default - none */
  readonly initContainers?: readonly PodContainer[];
  readonly containers: readonly PodContainer[];
  /** Everything else of the pod. @default - nothing */
  readonly spec?: Omit<Spec, Decided>;
}

/**
 * A pod template for Deployments, DaemonSets, StatefulSets and Jobs of the Kubernetes provider.
 *
 * @internal
 */
export interface PodTemplate {
  readonly metadata: DeploymentV1SpecTemplateMetadata & {
    readonly labels: { [key: string]: string };
    readonly annotations?: { [key: string]: string };
  };
  readonly spec: Spec;
}

/**
 * The pod template of all workloads of this library. Text in it is text: Terraform evaluates references only.
 *
 * @internal
 */
export function podTemplate(props: PodTemplateProps): PodTemplate {
  return escapeTemplates(plainPodTemplate(props));
}

/**
 * The same before its text is escaped for Terraform: for what escapes it by itself.
 *
 * @internal
 */
export function plainPodTemplate(props: PodTemplateProps): PodTemplate {
  const { annotations, serviceAccount, registry, initContainers } = props;
  return {
    metadata: {
      labels: { ...props.labels, ...MANAGED_BY },
      annotations: annotations && { ...annotations },
    },
    spec: {
      ...props.spec,
      serviceAccountName: serviceAccount?.name,
      automountServiceAccountToken: serviceAccount?.usesApiServer ?? false,
      // A Service named e.g. 'vllm' would otherwise set VLLM_PORT, which vLLM reads as its own setting.
      enableServiceLinks: false,
      securityContext: podSecurityContext(props),
      toleration: tolerations(props),
      imagePullSecrets: pullSecrets(registry),
      initContainer: initContainers?.map((container) => finished(container, props)),
      container: props.containers.map((container) => finished(container, props)),
    },
  };
}

/**
 * The secrets that pods need to pull images from a registry, in the Kubernetes provider's form.
 *
 * @internal
 */
export function pullSecrets(registry: ImageRegistry): { name: string }[] | undefined {
  return registry.pullSecrets.length > 0 ? registry.pullSecrets.map((name) => ({ name })) : undefined;
}

function podSecurityContext({ securityLevel, userId, fsGroupChangePolicy, spec }: PodTemplateProps) {
  if (securityLevel !== PodSecurityLevel.RESTRICTED) return spec?.securityContext;
  return { ...restrictedPodSecurityContext(userId), fsGroupChangePolicy, ...spec?.securityContext };
}

function tolerations({ nodePool, taints, tolerations: late }: PodTemplateProps) {
  if (late) return Lazy.anyValue({ produce: () => late() });
  if (nodePool === undefined) return taints && tolerationsOf(taints);
  const outage = tolerationsOfOutage(nodePool.unreachableTolerationSeconds);
  return [...tolerationsOf([...nodePool.taints, ...(taints ?? [])]), ...outage];
}

function finished(container: PodContainer, { registry, securityLevel }: PodTemplateProps): Container {
  return {
    ...container,
    image: registry.resolve(container.image),
    imagePullPolicy: 'IfNotPresent',
    securityContext:
      securityLevel === PodSecurityLevel.RESTRICTED
        ? { ...restrictedContainerSecurityContext(), ...container.securityContext }
        : container.securityContext,
  };
}
