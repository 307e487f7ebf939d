import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { CustomResources } from '../../kubernetes/custom-resources';
import { declarePods } from '../../kubernetes/declared-pods';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { podAttributes, podObject } from '../../kubernetes/pod-object';
import { plainPodTemplate } from '../../kubernetes/pod-template';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { makeAround, podOf } from './make-server';
import { Server, ServerParts } from './server';
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
export function makeServerGroup(owner: Construct, server: Server, group: ServerGroup): MadeServerGroup {
  let made!: CustomResources;
  const { service } = makeAround(owner, server, (scope, _, parts): TerraformResource => {
    made = makeLeaderWorkerSet(scope, server, group, parts);
    return made._release;
  });
  return { service, group: made };
}

function makeLeaderWorkerSet(
  owner: Construct,
  server: Server,
  group: ServerGroup,
  parts: ServerParts,
): CustomResources {
  const { given, labels, namespace, replicas, rollout } = server;
  const { cluster, maxReplicas } = given;
  // The controller makes a headless service of this name, by which pods find each other; the name of the server is that of its own service.
  const name = `${server.name}-group`;
  const controller = ClusterLedger.of(cluster).singleton<ITerraformDependable[]>(ClusterSingleton.LEADER_WORKER_SETS);
  const leader = plainPodTemplate(podOf(server, parts, server.container));
  const worker = plainPodTemplate(podOf(server, parts, group.worker, group.workerLabels));
  const made = new CustomResources(owner, 'Group', {
    cluster,
    releaseName: name,
    namespace,
    resources: [
      {
        apiVersion: 'leaderworkerset.x-k8s.io/v1',
        kind: 'LeaderWorkerSet',
        metadata: { name, labels: { ...labels, ...MANAGED_BY } },
        spec: {
          // Left out where a scaler sets it, so that no apply resets it.
          replicas: maxReplicas === undefined ? replicas : undefined,
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
    ],
    dependsOn: [...parts.waitFor, ...(controller?.value ?? [])],
  });
  declarePods(made._release, {
    namespace,
    name,
    // Both ask for the same.
    template: podAttributes(leader),
    pods: (maxReplicas ?? replicas) * group.size,
  });
  hintScheduling(made._release, { tensorParallelism: server.tensorParallelism, podsPerGroup: group.size });
  return made;
}
