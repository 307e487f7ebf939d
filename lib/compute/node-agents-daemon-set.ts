import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { NodeTaint } from '../core/gpu-node-pool';
import { PodDemand } from '../core/pod-demand';
import { KubernetesMeta } from '../core/kubernetes-access';
import { GPU_TAINT } from './gpu-node-pool-labels';

/** A folder of the node that an agent sees under the same path. */
interface HostFolder {
  readonly name: string;
  readonly path: string;
}

/**
 * One agent that runs on every node with a label.
 *
 * @internal
 */
export interface NodeAgentSpec {
  readonly name: string;
  readonly image: string;
  readonly namespace: string;
  readonly pullSecrets: string[];
  readonly nodeLabel: string;
  /** Taints of the nodes it must run on, asked for when the stack is synthesised. */
  readonly taints: () => NodeTaint[];
  readonly env: { [name: string]: string };
  readonly hostFolders: HostFolder[];
  readonly privileged: boolean;
  readonly hostNetwork: boolean;
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
  /** Whether it is for nodes of pools that another program made. */
  readonly elsewhere?: boolean;
}

/**
 * The DaemonSet of a node agent.
 *
 * It never waits for its pods: a first apply must not hang on nodes that are not there yet.
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
  const labels = { ...selector, 'app.kubernetes.io/managed-by': 'gpu-inference-constructs' };
  const env = Object.entries(spec.env).map(([name, value]) => ({ name, value }));
  return new DaemonSetV1(scope, id, {
    ...meta,
    metadata: { name: spec.name, namespace: spec.namespace, labels },
    waitForRollout: false,
    spec: {
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          hostNetwork: spec.hostNetwork,
          priorityClassName: 'system-node-critical',
          nodeSelector: { [spec.nodeLabel]: 'true' },
          toleration: Lazy.anyValue({ produce: () => tolerations(spec.taints()) }),
          imagePullSecrets: spec.pullSecrets.length > 0 ? spec.pullSecrets.map((name) => ({ name })) : undefined,
          container: [
            {
              name: spec.name,
              image: spec.image,
              imagePullPolicy: 'IfNotPresent',
              env: env.length > 0 ? env : undefined,
              resources: {
                requests: { cpu: spec.cpu, memory: spec.memory },
                limits: { memory: spec.memoryLimit },
              },
              securityContext: securityContext(spec.privileged),
              volumeMount: spec.hostFolders.map(({ name, path }) => ({ name, mountPath: path })),
            },
          ],
          volume: spec.hostFolders.map(({ name, path }) => ({ name, hostPath: { path, type: 'Directory' } })),
        },
      },
    },
  });
}

/**
 * What an agent asks of each node it runs on.
 *
 * @internal
 */
export function nodeAgentDemand(spec: NodeAgentSpec): PodDemand {
  return {
    name: `${spec.namespace}/${spec.name}`,
    pods: 0,
    onEveryNode: true,
    elsewhere: spec.elsewhere,
    requests: { cpu: spec.cpu, memory: spec.memory },
    nodeSelector: { [spec.nodeLabel]: 'true' },
    tolerations: tolerations(spec.taints()),
    hostNetwork: spec.hostNetwork,
  };
}

/** Agents run as root: the kubelet's socket and the devices belong to it. */
function securityContext(privileged: boolean) {
  const root = { runAsUser: '0', runAsNonRoot: false };
  if (privileged) return { ...root, privileged: true, allowPrivilegeEscalation: true };
  return {
    ...root,
    privileged: false,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** Tolerations of all taints, each once, whatever their values; sorted, so that the order of the pools makes no difference. */
function tolerations(taints: readonly NodeTaint[]) {
  const byKey = new Map([GPU_TAINT, ...taints].map(({ key, effect }) => [`${key}:${effect}`, { key, effect }]));
  return [...byKey.keys()].sort().map((id) => ({ operator: 'Exists', ...byKey.get(id) }));
}
