import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { KubernetesManifests } from '../../../lib/manifests';
import { definitionFaults, readDefinitions } from '../../support/schema';
import { Block } from '../../support/synth';
import { groups } from '../leader-worker-set-stack';
import { definitionsOf } from './definitions';

const FIXTURE = 'serving/fixtures/leader-worker-set-crd.json';
const RECORDED = readDefinitions(path.join(__dirname, '..', '..', FIXTURE));
const GO_MOD = readFileSync(path.join(__dirname, '..', 'tools', 'leader-worker-set', 'go.mod'), 'utf8');

const set = KubernetesManifests.of(
  groups({ image: 'server', partition: 1 })(new App({ stackTraces: false })),
).objects.find(({ kind }) => kind === 'LeaderWorkerSet') as Block;

test('the definition of LeaderWorkerSets is recorded from the release whose controller runs', () => {
  const [, version] = /sigs\.k8s\.io\/lws (v\S+)/.exec(GO_MOD)!;
  expect(RECORDED.source).toContain(`tag ${version} `);
});

test('groups of nodes are what the definition of LeaderWorkerSets says', () => {
  expect(definitionFaults(RECORDED, set)).toEqual([]);
});

test.each<[string, object, string]>([
  ['another policy of restarts', { restartPolicy: 'Always' }, 'restartPolicy is none of'],
  ['a size that is text', { size: '2' }, 'size is no integer'],
  ['a misspelt member', { leadertemplate: {} }, 'leadertemplate is unknown'],
])('%s is refused by it', (_title, change, refusal) => {
  const spec = { ...set.spec, leaderWorkerTemplate: { ...set.spec.leaderWorkerTemplate, ...change } };
  expect(definitionFaults(RECORDED, { ...set, spec }).join()).toContain(refusal);
});

test('an API server is told of it by the names that the chart gives it', () => {
  const [{ metadata, spec }] = definitionsOf(FIXTURE);
  expect(metadata.name).toBe('leaderworkersets.leaderworkerset.x-k8s.io');
  expect(spec.scope).toBe('Namespaced');
});
