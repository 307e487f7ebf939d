import { KubeClient, KubeObject } from './kube-client';

/** Exit statuses of the containers that have ended, by name. */
export type Statuses = { readonly [container: string]: number };

/**
 * Says of a pod what a kubelet says when all its containers have ended, or, where an init container failed, those that were not started wait: its phase, and the
 * exit status of each. Nothing else may say anything of the pod, so it must have no node.
 *
 * @param kube an administrator
 * @param pod the pod
 * @param statuses exit statuses by container
 * @param disrupted whether its node has given it up @default false
 */
export async function endPod(kube: KubeClient, pod: KubeObject, statuses: Statuses, disrupted = false): Promise<void> {
  if (pod.spec.nodeName !== undefined) throw new Error(`${pod.metadata.name} is on a node, whose kubelet speaks of it`);
  const finishedAt = new Date().toISOString();
  const statusOf = ({ name, image }: { name: string; image: string }) => {
    const exitCode = statuses[name];
    const ended = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: finishedAt, finishedAt };
    const state = exitCode === undefined ? { waiting: { reason: 'PodInitializing' } } : { terminated: ended };
    return { name, image, imageID: '', ready: false, restartCount: 0, state };
  };
  const isDone = Object.values(statuses).every((each) => each === 0);
  const conditions = disrupted
    ? [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', lastTransitionTime: finishedAt }]
    : [];
  await kube.merge(
    pod,
    {
      status: {
        phase: isDone ? 'Succeeded' : 'Failed',
        initContainerStatuses: pod.spec.initContainers.map(statusOf),
        containerStatuses: pod.spec.containers.map(statusOf),
        conditions,
      },
    },
    'status',
  );
}
