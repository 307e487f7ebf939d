import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { ModelPipeline } from '../../lib';
import { randomNumbers } from '../support/random-numbers';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { ownNode } from './harness/own-nodes';
import { ContainerEnd, PipelinePods, Sums, reproducible } from './harness/pipeline-pods';
import { ServerSite } from './harness/server-site';
import { tools } from './harness/tools';
import { PIPED, SHORT, pipelineStack } from './model-pipeline-stack';
import { secretsOf } from './vllm-streamed-stack';

/** How often pods are killed: some go on from a volume of their own, others begin anew. */
const KILLS = { Kept: 14, Anew: 6 };
const CONTAINERS = ['begin', 'run', 'publish'];
/** More pods than it takes, so that a pipeline that never comes to its end does not run for ever. */
const MOST_PODS = 80;

describeWith(['emulator', 'controlPlane', 'awsCli', 'jobs'], 'pods of a ModelPipeline that are killed', () => {
  const { jobs } = tools() as Required<ReturnType<typeof tools>>;
  const seed = Number(process.env.KILL_SEED ?? 0) || 1 + Math.floor(Math.random() * 1e6);
  const random = randomNumbers(seed);
  /** Seconds that each container takes, undisturbed. */
  const seconds: { [container: string]: number } = {};
  let site: ServerSite;
  let pods: PipelinePods;
  let pipelines: { readonly [id: string]: ModelPipeline };
  let whole: Sums;

  const folderOf = (id: string) => `${pipelines[id].output.name}/${pipelines[id].output.version}`;
  const versionOf = (id: string) => pods.version(folderOf(id), pipelines[id].contentAddress);

  beforeAll(async () => {
    site = await ServerSite.start('model-pipeline-killed');
    pods = await PipelinePods.prepare(site);
    await site.kube.create(ownNode('cpu-0'));
    const config = readFileSync(path.join(jobs.model, 'config.json'), 'utf8');
    const wanted = {
      Kept: { ...SHORT, outputName: 'kept', workClaim: PIPED.claim },
      Anew: { ...SHORT, outputName: 'anew' },
    };
    await site.apply(
      (app) => {
        const made = pipelineStack(app, 'model-pipeline-killed', config, wanted);
        pipelines = made.pipelines;
        return made.stack;
      },
      [...secretsOf('a key'), scratch()],
    );
  });

  afterAll(() => site?.stop());

  test('make this of it when they are not', async () => {
    const claim = pods.claim('whole');
    const ends = await pods.run(await pods.admitted('kept'), { claim });
    expect(statuses(ends)).toEqual(['begin 0', 'run 0', 'publish 0']);
    for (const end of ends) seconds[end.container] = end.seconds;
    whole = reproducible((await versionOf('Kept'))!);
    expect(whole['model.safetensors']).toBeDefined();
    // The volume is for all pipelines, and nothing is left on it.
    expect(readdirSync(claim)).toEqual([]);
    // It would be seen if it were not whole.
    await site.remove(`${PIPED.bucket}/${folderOf('Kept')}/config.json`);
    await expect(versionOf('Kept')).rejects.toThrow('config.json');
    await pods.wipe(folderOf('Kept'));
    console.log(`KILL_SEED=${seed}; undisturbed: ${CONTAINERS.map((name) => `${name} ${seconds[name].toFixed(1)} s`)}`);
  });

  test.each(Object.entries(KILLS))(
    '%s, %i times at random moments: never half a version, and in the end the same',
    async (id, kills) => {
      const pod = await pods.admitted(id.toLowerCase());
      const told: string[] = [];
      let killed = 0;
      let place = 0;
      let left: Left = 'nothing';
      for (let count = 0; count < MOST_PODS; count++) {
        const isLast = killed >= kills;
        const container = CONTAINERS[Math.floor(random() * CONTAINERS.length)];
        const kill = isLast ? undefined : { container, after: random() * seconds[container] };
        const claim = id === 'Kept' ? pods.claim(`${id}-${place}`) : undefined;
        const there = await versionOf(id);
        const ends = await pods.run(pod, { kill, claim });
        const version = await versionOf(id);
        told.push(`${statuses(ends).join(', ')}${version ? ': complete' : ''}`);
        // Whoever is killed ends by that, and nobody else fails, but what runs beside it gives up.
        const isKilled = ends.some(({ status, container: of }) => status === 137 && of === kill?.container);
        const bad = ends.filter(
          ({ status, container: of }) => status !== 0 && !(isKilled && status === (of === kill?.container ? 137 : 75)),
        );
        expect(bad).toEqual([]);
        expectGoesOn(ends, there !== undefined, left);
        if (claim !== undefined) left = leftAfter(ends, left);
        if (isKilled) killed += 1;
        if (version === undefined) continue;
        expect(reproducible(version)).toEqual(whole);
        if (isLast) break;
        // What comes after a version that is complete has nothing to do: of one that was killed behind its manifest, that is to be seen.
        if (isKilled) continue;
        await pods.wipe(folderOf(id));
        place += 1;
        left = 'nothing';
      }
      console.log(`${id}: ${killed} killed\n${told.map((line) => `  ${line}`).join('\n')}`);
      expect(killed).toBe(kills);
      expect(reproducible((await versionOf(id))!)).toEqual(whole);
    },
    1_800_000,
  );
});

/** What pods before have left on a volume: nothing, what a killed one had come to, or all that is published. */
type Left = 'nothing' | 'something' | 'all';

/** What a pod finds: nothing is computed where the version is there, nor what was done before on the same volume. */
function expectGoesOn(ends: readonly ContainerEnd[], isThere: boolean, left: Left): void {
  const ran = ends.find(({ container, status }) => container === 'run' && status === 0);
  if (ran === undefined) return;
  if (isThere) return expect(ran.output).toBe('');
  if (left !== 'something') expect(ran.output.includes('"already": true')).toBe(left === 'all');
  if (left === 'nothing') expect(ran.output).not.toContain('"event": "resumed"');
}

/** What a volume has when a pod has ended. */
function leftAfter(ends: readonly ContainerEnd[], before: Left): Left {
  const run = ends.find(({ container }) => container === 'run');
  if (run === undefined || before === 'all') return before;
  return run.status === 0 ? 'all' : 'something';
}

function statuses(ends: readonly ContainerEnd[]): string[] {
  return ends.map(({ container, status }) => `${container} ${status}`);
}

/** The claim that a pipeline works in, which somebody else made. */
function scratch(): KubeObject {
  const metadata = { name: PIPED.claim, namespace: PIPED.namespace };
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '50Gi' } } };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec };
}
