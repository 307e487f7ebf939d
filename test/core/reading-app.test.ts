import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { App, Aspects, TerraformStack, Testing } from 'cdktf';
import { IConstruct } from 'constructs';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { constructsOf, foundOnce, readTogether, watchReading } from '../../lib/core/reading';
import { KubernetesAccess } from '../../lib/kubernetes';
import { GitOpsTree } from '../../lib/manifests';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { edgeSite } from '../topology/edge/edge-site';
import { testCluster } from '../support/test-cluster';

let outdir: string;
beforeEach(() => (outdir = mkdtempSync(path.join(tmpdir(), 'reading-'))));
afterEach(() => rmSync(outdir, { recursive: true, force: true }));

/** How often the tree of an app is looked at, and objects of its sites are asked for what they are, while it is synthesized. */
function looks(sites: number): { readonly tree: number; readonly perSite: number } {
  const app = new App({ outdir });
  for (let i = 0; i < sites; i++) edgeSite(new TerraformStack(app, `site-${i}`), { site: `site-${i}` });
  const look = jest.spyOn(app.node, 'findAll');
  const asked = app.node
    .findAll()
    .filter((each): each is NamespaceV1 => each instanceof NamespaceV1)
    .map((each) => jest.spyOn(each, 'toTerraform'));
  app.synth();
  return {
    tree: look.mock.calls.length,
    perSite: asked.reduce((sum, each) => sum + each.mock.calls.length, 0) / sites,
  };
}

test('more sites do not make synthesis look at the whole tree, or at the objects of others, more often', () => {
  const [few, many] = [looks(2), looks(6)];
  expect(few.tree).toBeGreaterThan(0);
  expect(many).toEqual(few);
});

test('what is found counts for all stacks of an app that is synthesized, and no longer', () => {
  const app = new App({ outdir });
  const key = {};
  let finds = 0;
  const stacks = ['one', 'two'].map((id) => new TerraformStack(app, id));
  const find = (stack: TerraformStack) => foundOnce(stack, key, () => ++finds);
  for (const stack of stacks) watchReading(stack);
  for (const stack of stacks) stack.node.addValidation({ validate: () => (find(stack), []) });
  app.synth();
  expect(finds).toBe(1);
  app.synth();
  expect(finds).toBe(2);
});

test('what an aspect makes of a later stack is seen', () => {
  const app = new App({ outdir });
  const [first, second] = ['one', 'two'].map((id) => new TerraformStack(app, id));
  const cluster = testCluster(first);
  ensureNamespace(first, cluster, 'inference', PodSecurityLevel.RESTRICTED);
  const shared = KubernetesAccess.of(second, cluster).kubernetesProvider;
  let seen: readonly IConstruct[] = [];
  second.node.addValidation({ validate: () => ((seen = constructsOf(second)), []) });
  Aspects.of(second).add({
    visit: (node) => {
      if (node !== second) return;
      new NamespaceV1(second, 'Own', { provider: shared, metadata: { name: 'team' } });
    },
  });
  app.synth();
  expect(seen.map(({ node }) => node.path)).toContain('two/Own');
});

test('an app that was made by Testing is read stack by stack', () => {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'one');
  const found: number[] = [];
  let finds = 0;
  stack.node.addValidation({ validate: () => (found.push(foundOnce(stack, found, () => ++finds)), []) });
  Testing.synth(stack, true);
  Testing.synth(stack, true);
  expect(found).toEqual([1, 2]);
});

test('stacks that are read together are looked through once, and with aspects each by itself', () => {
  const findsOf = (withAspect: boolean) => {
    const app = Testing.app();
    const stacks = ['one', 'two'].map((id) => new TerraformStack(app, id));
    if (withAspect) Aspects.of(app).add({ visit: () => undefined });
    let finds = 0;
    const key = {};
    for (const stack of stacks)
      stack.node.addValidation({ validate: () => (foundOnce(stack, key, () => ++finds), []) });
    readTogether(stacks, () => stacks.forEach((stack) => Testing.synth(stack, true)));
    return finds;
  };
  expect([findsOf(false), findsOf(true)]).toEqual([1, 2]);
});

test('a tree of GitOps looks at the program as often for six sites as for two', () => {
  const looksOf = (sites: number) => {
    const app = Testing.app();
    const stacks = Array.from({ length: sites }, (_, i) => new TerraformStack(app, `site-${i}`));
    stacks.forEach((stack, i) =>
      edgeSite(stack, { site: `site-${i}`, vllmServing: { apiKey: { name: 'k', key: 'k' } } }),
    );
    const look = jest.spyOn(app.node, 'findAll');
    new GitOpsTree({ sites: stacks.map((stack, i) => ({ name: `site-${i}`, stack })) });
    return look.mock.calls.length;
  };
  expect(looksOf(6)).toBe(looksOf(2));
});
