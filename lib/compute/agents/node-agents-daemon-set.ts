import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { Construct } from 'constructs';
import { IGpuNodePool, NodeTaint } from '../../core/gpu-node-pool';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { KubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { Toleration, distinctSorted, tolerationsOf, tolerationsOfAnyValue } from '../../kubernetes/tolerations';
import { GPU_TAINT } from '../pools/shared/gpu-node-pool-labels';
import { LabelRequirement, runOnNodes } from './agent-nodes';

/** A folder of the node that an agent sees under the same path. */
interface HostFolder {
  readonly name: string;
  readonly path: string;
  /** Whether it is created if it is missing. @default false */
  readonly create?: boolean;
  /** @default false */
  readonly readOnly?: boolean;
}

/** A file that an agent reads, from a config map. */
interface ConfigFile {
  readonly configMap: string;
  readonly folder: string;
}

/**
 * One agent that runs on every node of some pools.
 *
 * @internal
 */
export interface NodeAgentSpec {
  readonly name: string;
  /** Image by the registry it is published in. */
  readonly image: string;
  readonly registry: ImageRegistry;
  readonly namespace: string;
  /** Label by which pools mark the nodes that it runs on; its value is `true`. */
  readonly mark: string;
  /** Labels that the nodes have beside it. @default - none */
  readonly labels?: { [key: string]: string };
  /** Labels of its pods beside that which selects them. @default - none */
  readonly podLabels?: { [key: string]: string };
  /** @default - none */
  readonly podAnnotations?: { [key: string]: string };
  /** Taints that it tolerates beside those of the pools. @default - none */
  readonly tolerations?: readonly NodeTaint[];
  /** The pools whose nodes it must run on, evaluated when the stack is synthesized. */
  readonly pools: () => readonly IGpuNodePool[];
  /** What else the labels of nodes must meet, evaluated then too. @default - nothing */
  readonly requirements?: () => readonly LabelRequirement[];
  readonly command?: string[];
  readonly args?: string[];
  readonly env: { [name: string]: string };
  /** Variables with fields of the pod, e.g. `spec.nodeName`. @default - none */
  readonly fields?: { [name: string]: string };
  readonly hostFolders: HostFolder[];
  readonly config?: ConfigFile;
  readonly port?: number;
  /** Path by which it is asked over HTTP, on its port, whether it is well. @default - it is not asked */
  readonly healthPath?: string;
  readonly privileged: boolean;
  /** Capabilities of a container without privileges. @default - none */
  readonly capabilities?: string[];
  readonly hostNetwork: boolean;
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
  /** Whether it is for nodes of pools that another program manages. @default false */
  readonly elsewhere?: boolean;
}

/**
 * The DaemonSet of a node agent.
 *
 * Terraform does not wait for its pods: a first apply must not hang on nodes that do not exist yet.
 *
 * @internal
 */
export function nodeAgentDaemonSet(
  scope: Construct,
  id: string,
  spec: NodeAgentSpec,
  meta: KubernetesMeta,
): DaemonSetV1 {
  const selector = { 'app.kubernetes.io/name': spec.name };
  const daemonSet = new DaemonSetV1(scope, id, {
    ...meta,
    metadata: { name: spec.name, namespace: spec.namespace, labels: { ...selector, ...MANAGED_BY } },
    waitForRollout: false,
    spec: {
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate' },
      template: podTemplate({
        labels: { ...spec.podLabels, ...selector },
        annotations: spec.podAnnotations,
        registry: spec.registry,
        securityLevel: PodSecurityLevel.PRIVILEGED,
        tolerations: () =>
          agentTolerations(
            spec.pools().flatMap((pool) => pool.taints),
            spec.tolerations,
          ),
        containers: [container(spec)],
        spec: {
          hostNetwork: spec.hostNetwork,
          priorityClassName: 'system-node-critical',
          volume: volumes(spec),
        },
      }),
    },
  });
  runOnNodes(daemonSet, spec);
  if (spec.elsewhere) hintScheduling(daemonSet, { elsewhere: true });
  return daemonSet;
}

function container(spec: NodeAgentSpec): PodContainer {
  const { config } = spec;
  return {
    name: spec.name,
    image: spec.image,
    command: spec.command,
    args: spec.args,
    env: environment(spec),
    port: spec.port === undefined ? undefined : [{ name: 'metrics', containerPort: spec.port }],
    resources: {
      requests: { cpu: spec.cpu, memory: spec.memory },
      limits: { memory: spec.memoryLimit },
    },
    ...probes(spec),
    securityContext: securityContext(spec),
    volumeMount: [
      ...spec.hostFolders.map(({ name, path, readOnly }) => ({ name, mountPath: path, readOnly })),
      ...(config ? [{ name: 'config', mountPath: config.folder, readOnly: true }] : []),
    ],
  };
}

/** As the chart of the exporter has them: the libraries that it loads take most of a minute. */
function probes({ port, healthPath: path }: NodeAgentSpec) {
  if (port === undefined || path === undefined) return {};
  const probe = { httpGet: { path, port: String(port) }, initialDelaySeconds: 45, periodSeconds: 5 };
  return { livenessProbe: { ...probe, timeoutSeconds: 5 }, readinessProbe: probe };
}

function volumes({ hostFolders, config }: NodeAgentSpec) {
  return [
    ...hostFolders.map(({ name, path, create }) => ({
      name,
      hostPath: { path, type: create ? 'DirectoryOrCreate' : 'Directory' },
    })),
    ...(config ? [{ name: 'config', configMap: { name: config.configMap } }] : []),
  ];
}

/**
 * Tolerations of agents: for the usual taint of GPU nodes and those of the pools, whatever their values, and for those that the user names, as
 * they are.
 *
 * @internal
 */
export function agentTolerations(taints: readonly NodeTaint[], named: readonly NodeTaint[] = []): Toleration[] {
  return distinctSorted([...tolerationsOfAnyValue([GPU_TAINT, ...taints]), ...tolerationsOf(named)]);
}

function environment({ env, fields = {} }: NodeAgentSpec) {
  const all = [
    // These come first, because a value can only refer to variables before it.
    ...Object.entries(fields).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
  ];
  return all.length > 0 ? all : undefined;
}

/** Agents run as root: the kubelet's socket and the devices belong to it. */
function securityContext({ privileged, capabilities }: NodeAgentSpec) {
  const root = { runAsUser: '0', runAsNonRoot: false };
  if (privileged) return { ...root, privileged: true, allowPrivilegeEscalation: true };
  return {
    ...root,
    privileged: false,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], ...(capabilities ? { add: capabilities } : {}) },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}
