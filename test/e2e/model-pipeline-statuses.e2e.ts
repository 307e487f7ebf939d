import { Statuses, endPod } from './harness/ended-pods';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { until } from './harness/process';
import { ServerSite } from './harness/server-site';
import { PIPED, SHORT, pipelineStack } from './model-pipeline-stack';
import { secretsOf } from './vllm-streamed-stack';

/** A model of a few parameters: nothing of it is computed. */
const CONFIG = JSON.stringify({
  ...{ architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: 1024, torch_dtype: 'float32' },
  ...{ hidden_size: 192, intermediate_size: 512, num_hidden_layers: 4, num_attention_heads: 6 },
  max_position_embeddings: 4096,
});
/** Pods that no node takes, so that nobody but the test says how they end. */
const NOWHERE = { nodeSelector: { 'example.com/none': 'true' }, retries: 1 };
/** As in the docs: what each container ends with, the other beside it included. */
const ENDS_THE_JOB: readonly (readonly [reason: string, statuses: Statuses])[] = [
  ['the version is there and of another recipe', { begin: 73 }],
  ['the input is refused', { begin: 0, run: 1, publish: 75 }],
  ['the command line is wrong', { begin: 0, run: 2, publish: 75 }],
  ['a check does not hold', { begin: 0, run: 3, publish: 75 }],
  ['what was computed cannot be published', { begin: 0, run: 0, publish: 1 }],
];
const IS_TRIED_AGAIN: readonly (readonly [reason: string, statuses: Statuses])[] = [
  ['the store does not answer', { begin: 75 }],
  ['a file of the source is broken', { begin: 1 }],
  ['there is no memory', { begin: 0, run: 137, publish: 75 }],
  ['the disk is full', { begin: 0, run: 75, publish: 75 }],
  ['the lease is lost', { begin: 0, run: 75, publish: 75 }],
  ['what publishes is killed', { begin: 0, run: 0, publish: 137 }],
];

describeWith(['emulator', 'controlPlane'], 'the Job of a ModelPipeline, by the real controller of Jobs', () => {
  let site: ServerSite;

  const jobOf = async (name: string) => {
    const all = await site.kube.list('batch/v1', 'Job', PIPED.namespace);
    return all.find(({ metadata }) => metadata.name === name) as KubeObject & { readonly status: any };
  };
  const podsOf = async (name: string) => {
    const all = await site.kube.list('v1', 'Pod', PIPED.namespace);
    return all.filter(({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-name'] === name);
  };
  /** The pod that has not ended, once it is there. */
  const live = async (name: string, seconds = 60): Promise<KubeObject> => {
    let found: KubeObject | undefined;
    const find = async () => {
      const pods = (await podsOf(name)) as (KubeObject & { readonly status: any })[];
      found = pods.find(({ status }) => status.phase === 'Pending');
      return found !== undefined;
    };
    await until(find, seconds, `a pod of ${name}`);
    return found!;
  };
  const conditionOf = async (name: string, type: string) => {
    const conditions = ((await jobOf(name)).status.conditions ?? []) as { type: string; status: string }[];
    return conditions.find((each) => each.type === type && each.status === 'True');
  };
  const failed = async (name: string) => {
    await until(async () => (await conditionOf(name, 'Failed')) !== undefined, 60, `the failure of ${name}`);
    return conditionOf(name, 'Failed');
  };
  /** Ids of pipelines, and names of their Jobs. */
  const finalId = (index: number) => `Final${index}`;
  const againId = (index: number) => `Again${index}`;
  const jobName = (id: string) => id.toLowerCase();

  beforeAll(async () => {
    site = await ServerSite.start('model-pipeline-statuses');
    const ids = [
      ...ENDS_THE_JOB.map((_, index) => finalId(index)),
      ...IS_TRIED_AGAIN.map((_, index) => againId(index)),
      'Disrupted',
      'Done',
    ];
    const wanted = Object.fromEntries(ids.map((id) => [id, { ...SHORT, ...NOWHERE, outputName: jobName(id) }]));
    await site.apply(
      (app) => pipelineStack(app, 'model-pipeline-statuses', CONFIG, wanted).stack,
      secretsOf('a key of 32 characters, for a test'),
    );
  });

  afterAll(() => site?.stop());

  test.each(ENDS_THE_JOB.map(([reason, statuses], index) => ({ reason, statuses, index })))(
    'ends at once where $reason: $statuses',
    async ({ statuses, index }) => {
      const name = jobName(finalId(index));
      await endPod(site.kube, await live(name), statuses);
      expect(await failed(name)).toMatchObject({ reason: 'PodFailurePolicy' });
      expect(await podsOf(name)).toHaveLength(1);
    },
  );

  test('is tried again where another try may help, and fails when there is none left', async () => {
    const names = IS_TRIED_AGAIN.map((_, index) => jobName(againId(index)));
    const end = async (index: number) => {
      const pod = await live(names[index], 90);
      await endPod(site.kube, pod, IS_TRIED_AGAIN[index][1]);
      return pod.metadata.uid;
    };
    const first = await Promise.all(names.map((_, index) => end(index)));
    const second = await Promise.all(names.map((_, index) => end(index)));
    names.forEach((_, index) => expect(second[index]).not.toBe(first[index]));
    for (const name of names)
      expect([name, await failed(name)]).toMatchObject([name, { reason: 'BackoffLimitExceeded' }]);
  }, 240_000);

  test('does not count a pod that its node gives up, whatever it ended with', async () => {
    for (let count = 0; count < 3; count++) {
      await endPod(site.kube, await live('disrupted', 90), { begin: 0, run: 137, publish: 137 }, true);
    }
    await live('disrupted', 90);
    expect(await conditionOf('disrupted', 'Failed')).toBeUndefined();
  }, 240_000);

  test('is complete when all that runs beside each other has ended well', async () => {
    await endPod(site.kube, await live('done'), { begin: 0, run: 0, publish: 0 });
    await until(async () => (await conditionOf('done', 'Complete')) !== undefined, 60, 'its end');
  });
});
