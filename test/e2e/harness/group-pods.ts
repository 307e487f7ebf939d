import { KubeClient, KubeObject } from './kube-client';
import { until } from './process';

/** Group and place of a pod of a LeaderWorkerSet; the leader has the first place. */
export interface GroupPod {
  /** E.g. `1/0` is the leader of the second group. */
  readonly role: string;
  readonly group: number;
  readonly image: string;
  readonly pod: KubeObject;
}

const LABEL = 'leaderworkerset.sigs.k8s.io';
/** How long pods must stay the same ones. */
const STABLE_MS = 3_000;

/** The pods of a LeaderWorkerSet. */
export class GroupPods {
  /**
   * @param client an administrator
   * @param namespace that of the set
   * @param name that of the set
   */
  public constructor(
    private readonly client: KubeClient,
    private readonly namespace: string,
    private readonly name: string,
  ) {}

  /** All that are there, first group and leader first, also those that are about to go. */
  public async all(): Promise<GroupPod[]> {
    const pods = await this.client.list('v1', 'Pod', this.namespace);
    return pods
      .filter(({ metadata }) => metadata.labels?.[`${LABEL}/name`] === this.name)
      .map((pod) => {
        const [group, place] = ['group-index', 'worker-index'].map((it) =>
          Number(pod.metadata.labels[`${LABEL}/${it}`]),
        );
        return { role: `${group}/${place}`, group, image: pod.spec.containers[0].image as string, pod };
      })
      .sort((a, b) => a.role.localeCompare(b.role, 'en', { numeric: true }));
  }

  /**
   * Waits until all groups are whole and ready and stay so, and returns their pods: a worker of a leader that is gone is there, and ready, until the
   * garbage collector has seen it.
   *
   * @param size pods of a group
   * @param images the image of each group
   * @param gone uids of pods that must be gone by then @default - none
   */
  public async settled(size: number, images: readonly string[], gone: readonly string[] = []): Promise<GroupPod[]> {
    const places = Array.from({ length: size }, (_, place) => place);
    const expected = images.flatMap((image, group) => places.map((place) => `${group}/${place} ${image} ready`));
    const seen = async () => (await this.all()).map(describe);
    const uidsOf = async () => (await this.all()).map(({ pod }) => pod.metadata.uid as string);
    const isSettled = async () => {
      const uids = await uidsOf();
      if ((await seen()).join() !== expected.join() || uids.some((uid) => gone.includes(uid))) return false;
      await new Promise((resolve) => setTimeout(resolve, STABLE_MS));
      return (await seen()).join() === expected.join() && (await uidsOf()).join() === uids.join();
    };
    await until(isSettled, 120).catch(async () => {
      throw new Error(`expected:\n${expected.join('\n')}\nfound:\n${(await seen()).join('\n')}`);
    });
    return this.all();
  }
}

function describe({ role, image, pod }: GroupPod): string {
  const conditions = (pod.status.conditions ?? []) as { type: string; status: string }[];
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const state = pod.metadata.deletionTimestamp ? 'leaving' : isReady ? 'ready' : pod.status.phase;
  return `${role} ${image} ${state as string}`;
}
