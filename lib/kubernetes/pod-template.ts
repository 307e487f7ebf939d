import {
  DeploymentV1SpecTemplateMetadata,
  DeploymentV1SpecTemplateSpec,
  DeploymentV1SpecTemplateSpecContainer,
} from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Lazy } from 'cdktf';
import { NodeTaint } from '../core/gpu-node-pool';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ImageRegistry } from './image-registry';
import { MANAGED_BY } from './managed-by';
import { restrictedContainerSecurityContext, restrictedPodSecurityContext } from './pod-security';
import { Toleration, tolerationsOf } from './tolerations';

type Spec = DeploymentV1SpecTemplateSpec;
type Container = DeploymentV1SpecTemplateSpecContainer;

/** What a pod template decides by itself. */
type Decided =
  | 'container'
  | 'initContainer'
  | 'toleration'
  | 'imagePullSecrets'
  | 'serviceAccountName'
  | 'automountServiceAccountToken'
  | 'enableServiceLinks';

/**
 * A container of a pod. What is not said here is decided by the template: the registry of the image, when it is pulled, and the security
 * context of the level 'restricted'. At another level the container says its own.
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
  /** Whether the containers talk to the API server. A role's token is a volume of its own and needs this not. @default false */
  readonly usesApiServer?: boolean;
}

/**
 * What pods are made of. What the scheduler, the kubelet or the controller must know beside stands in `spec`, in the words of the
 * Kubernetes provider.
 *
 * @internal
 */
export interface PodTemplateProps {
  /** Labels of the pods, beside the one that says who made them. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Annotations of the pods, `checksumAnnotation` among them where they read a configuration. @default - none */
  readonly annotations?: { readonly [key: string]: string };
  /** Where the images are pulled from, with the secrets for it. */
  readonly registry: ImageRegistry;
  /** Pod Security level of the namespace. */
  readonly securityLevel: PodSecurityLevel;
  /** User and group of the containers at the level 'restricted'. @default '1000' */
  readonly userId?: string;
  /** When the kubelet gives volumes to the group, at the level 'restricted'. @default - Kubernetes' own: at every start */
  readonly fsGroupChangePolicy?: string;
  /** @default - the namespace's own, without a token */
  readonly serviceAccount?: PodServiceAccount;
  /** Taints of the pools that the pods are for. @default - none: see `tolerations` */
  readonly taints?: readonly NodeTaint[];
  /** Tolerations that are asked for when the stack is synthesized, instead of `taints`: of pools that may come later. @default - none */
  readonly tolerations?: () => readonly Toleration[];
  /** @default - none */
  readonly initContainers?: readonly PodContainer[];
  readonly containers: readonly PodContainer[];
  /** Everything else of the pod. @default - nothing */
  readonly spec?: Omit<Spec, Decided>;
}

/**
 * A pod template, as Deployments, DaemonSets, StatefulSets and Jobs of the Kubernetes provider take it.
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
 * The pod template that everything of this library is run by.
 *
 * @internal
 */
export function podTemplate(props: PodTemplateProps): PodTemplate {
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

function tolerations({ taints, tolerations: late }: PodTemplateProps) {
  if (late) return Lazy.anyValue({ produce: () => late() });
  return taints && tolerationsOf(taints);
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
