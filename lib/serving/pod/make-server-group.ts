import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable, TerraformResource } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { CustomResources } from '../../kubernetes/custom-resources';
import { declarePods } from '../../kubernetes/declared-pods';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { podAttributes, podObject } from '../../kubernetes/pod-object';
import { plainPodTemplate } from '../../kubernetes/pod-template';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { IGpuQueue, localQueue } from '../../scheduling/kueue/gpu-queue';
import { QUEUE_LABEL } from '../../scheduling/kueue/queue-label';
import { makeAround, podOf, scale } from './make-server';
import { Server, ServerParts } from './server';
import { scalerMost } from './server-faults';
import { ServerContainer } from './server-pod';

/** Longest name of a server whose pods work in groups: `<name>-group-<group>-<pod>` and a hash of ten characters are a label of its pods. */
export const LONGEST_GROUP_NAME = 40;

/**
 * The pods of one server, which work together: one that callers reach, and those that work for it.
 *
 * @internal
 */
export interface ServerGroup {
  /** Number of pods. */
  readonly size: number;
  /** The container of those that work for it. */
  readonly worker: ServerContainer;
  /** Their labels. */
  readonly workerLabels: { [key: string]: string };
  /** Groups of a lower number keep what they run when it changes. */
  readonly partition: number;
  /** Queue that starts its pods all together. @default - they are placed one by one */
  readonly queue?: IGpuQueue;
}

/** @internal */
export interface MadeServerGroup {
  readonly service: ServiceV1;
  /** The LeaderWorkerSet. */
  readonly group: CustomResources;
}

/**
 * Makes the objects of servers that are groups of pods: what a server of one pod has, and a LeaderWorkerSet in place of its deployment.
 *
 * @see https://github.com/kubernetes-sigs/lws (api/leaderworkerset/v1, v0.9.0)
 *
 * @internal
 */
export function makeServerGroup(
  owner: Construct,
  server: Server,
  group: ServerGroup,
  watched: IConstruct,
): MadeServerGroup {
  let made!: CustomResources;
  const { service } = makeAround(owner, server, (scope, _, parts): TerraformResource => {
    made = makeLeaderWorkerSet(scope, server, group, parts);
    return made._release;
  });
  const target = { apiVersion: API_VERSION, kind: 'LeaderWorkerSet', name: groupName(server) };
  scale(owner, server, target, made._release, watched);
  return { service, group: made };
}

const API_VERSION = 'leaderworkerset.x-k8s.io/v1';

/** The controller makes a headless service of this name, by which pods find each other; the name of the server is that of its own service. */
function groupName({ name }: Server): string {
  return `${name}-group`;
}

function makeLeaderWorkerSet(
  owner: Construct,
  server: Server,
  group: ServerGroup,
  parts: ServerParts,
): CustomResources {
  const { given, labels, namespace, replicas, rollout } = server;
  const { cluster } = given;
  const { queue } = group;
  const most = scalerMost(given);
  const name = groupName(server);
  const controller = ClusterLedger.of(cluster).singleton<ITerraformDependable[]>(ClusterSingleton.LEADER_WORKER_SETS);
  const leader = plainPodTemplate(podOf(server, parts, server.container));
  const worker = plainPodTemplate(podOf(server, parts, group.worker, group.workerLabels));
  const made = new CustomResources(owner, 'Group', {
    cluster,
    releaseName: name,
    namespace,
    resources: [
      ...(queue ? [localQueue(name, queue)] : []),
      {
        apiVersion: API_VERSION,
        kind: 'LeaderWorkerSet',
        metadata: { name, labels: { ...labels, ...MANAGED_BY, ...(queue && { [QUEUE_LABEL]: name }) } },
        spec: {
          // Left out where a scaler sets it, so that no apply resets it.
          replicas: most === undefined ? replicas : undefined,
          // Workers are part of what makes the leader ready.
          startupPolicy: 'LeaderCreated',
          rolloutStrategy: {
            type: 'RollingUpdate',
            rollingUpdateConfiguration: { partition: group.partition, ...rollout.groupStrategy },
          },
          leaderWorkerTemplate: {
            size: group.size,
            // A download that fails and is tried again restarts no other pod; what fails later restarts the group.
            restartPolicy: 'RecreateGroupAfterStart',
            leaderTemplate: podObject(leader),
            workerTemplate: podObject(worker),
          },
        },
      },
      disruptionBudget(server, group),
    ],
    dependsOn: [...parts.waitFor, ...(controller?.value ?? []), ...(queue?.ready ?? [])],
  });
  declarePods(made._release, {
    namespace,
    name,
    // Both ask for the same.
    template: podAttributes(leader),
    pods: (most ?? replicas) * group.size,
  });
  hintScheduling(made._release, {
    tensorParallelism: server.tensorParallelism,
    podsPerGroup: group.size,
    ...(most === undefined ? {} : { fewestPods: (given.autoscaling?.minReplicas ?? 0) * group.size }),
    queued: queue !== undefined,
    queue: queue?.node.path,
  });
  return made;
}

/**
 * How many pods a drain may take: those of `maxDisruptions` groups, each of which is gone as a whole with its first pod. What is left of a group is not
 * ready until all of its pods have nodes, and may have none again while a pool is drained node by node: it must not keep its own node from being
 * drained. The Kubernetes provider has no such field.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
 */
function disruptionBudget(server: Server, { size }: ServerGroup) {
  const { given, labels, memberLabels = labels } = server;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: groupName(server), labels: { ...labels, ...MANAGED_BY } },
    spec: {
      maxUnavailable: ((given.maxDisruptions ?? 1) - 1) * size + 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: memberLabels },
    },
  };
}
