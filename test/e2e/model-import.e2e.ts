import { App } from 'cdktf';
import { ModelImport, ModelSource, ModelSpec, ModelStore, TritonDeployment, TritonModel } from '../../lib';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { until } from './harness/process';
import { SELECTOR, TAINT, modelsRack } from './models-rack';

const REPOSITORY = 'meta-llama/Llama-3.1-8B-Instruct';
const COMMITS = { first: 'a'.repeat(40), corrected: 'b'.repeat(40) };

/** A model of the hub that is imported and served by one stack. */
const serving = (revision: string) => (app: App) => {
  const { stack, cluster, nodePool } = modelsRack(app, 'model-import', 'hall-3');
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.example.com',
    credentials: { name: 'store' },
  });
  const model = ModelSpec.LLAMA_3_1_8B;
  new ModelImport(stack, 'Import', {
    cluster,
    modelStore,
    model: model.name,
    source: ModelSource.huggingFace({
      repository: REPOSITORY,
      revision,
      token: { name: 'hub', key: 'token' },
      acceptedLicense: 'llama3.1',
    }),
  });
  new TritonDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore,
    models: [TritonModel.vllm({ model, name: model.name })],
  });
  return stack;
};

describeWith(['terraform', 'controlPlane'], 'a model that is imported and served', () => {
  let site: OwnCluster;
  let terraforms: boolean;
  const jobs = () => site.kube.list('batch/v1', 'Job', 'inference');
  const seconds = (time: unknown) => Date.parse(time as string) / 1000;
  const completed = async (): Promise<KubeObject> => {
    await until(
      async () => (await jobs()).some(({ status }) => Boolean(status.completionTime)),
      90,
      'the end of the import',
    );
    return (await jobs())[0];
  };

  beforeAll(async () => {
    site = await OwnCluster.start('model-import', 'hall-3');
    await site.kube.create(ownNode('cpu-0'));
    await site.kube.create(
      ownNode('gpu-0', { labels: SELECTOR, taints: [{ ...TAINT, effect: 'NoSchedule' }], gpus: 8 }),
    );
    const workloads = await site.workloads(serving(COMMITS.first), []);
    terraforms = workloads.way.startsWith('Terraform');
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  afterAll(() => site?.stop());

  test('is imported by a Job that the API server takes, on a node without GPUs', async () => {
    const { spec, status } = await completed();
    expect(status.succeeded).toBe(1);
    expect(spec).toMatchObject({ activeDeadlineSeconds: 86400, backoffLimit: 10 });
    expect(spec.podFailurePolicy.rules.map(({ action }: { action: string }) => action)).toEqual(['FailJob', 'Ignore']);
    expect(spec.template.spec.restartPolicy).toBe('Never');
    const [pod] = await site.kube
      .list('v1', 'Pod', 'inference')
      .then((pods) => pods.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'model-import'));
    expect(pod.spec.nodeName).toBe('cpu-0');
  });

  test('is served only after that, where Terraform applies', async () => {
    const { status } = await completed();
    const [{ metadata }] = await site.kube.list('apps/v1', 'Deployment', 'inference');
    const after = seconds(metadata.creationTimestamp) - seconds(status.completionTime);
    expect(terraforms ? after >= 0 : true).toBe(true);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(serving(COMMITS.first), [])).toEqual([]);
  });

  test('of another revision is another Job, and nothing else changes', async () => {
    const changes = await site.plan(serving(COMMITS.corrected), []);
    expect(changes.map(({ action, subject }) => `${action} ${subject.replace(/\..*/, '')}`)).toEqual([
      terraforms ? 'replace kubernetes_job_v1' : 'replace Job inference/import',
    ]);
    const before = (await jobs())[0].metadata.uid;
    const workloads = await site.workloads(serving(COMMITS.corrected), []);
    // Objects that are fixed are replaced by Terraform only.
    if (terraforms) await workloads.apply();
    const now = await completed();
    expect(now.metadata.uid === before).toBe(!terraforms);
    const { env } = now.spec.template.spec.containers[0];
    const revision = terraforms ? COMMITS.corrected : COMMITS.first;
    expect(env).toContainEqual({ name: 'HUB_REVISION', value: revision });
  });

  test('leaves nothing behind', async () => {
    await (await site.workloads(serving(terraforms ? COMMITS.corrected : COMMITS.first), [])).destroy();
    expect(await site.kube.list('batch/v1', 'Job')).toEqual([]);
    expect(await site.kube.list('apps/v1', 'Deployment')).toEqual([]);
  });
});
