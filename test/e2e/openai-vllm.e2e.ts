import { App } from 'cdktf';
import { OpenAiVllm } from '../../examples/openai-vllm/stack';
import { describeWith } from './harness/needs';
import { poolsOf, running } from './harness/pods';
import { Site } from './harness/site';

const describeSite = (app: App) => new OpenAiVllm(app);
const REGION = 'us-west-2';

describeWith(['terraform', 'emulator', 'controlPlane'], 'examples/openai-vllm', () => {
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.start('openai-vllm');
    before = await site.inventory(REGION);
  });

  afterAll(() => site?.stop());

  test('applies from nothing', async () => {
    console.log(`the Kubernetes half went by ${await site.apply(describeSite)}`);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeSite)).toEqual([]);
  });

  test('runs its model on its own pool, admitted at the level restricted', async () => {
    expect(await poolsOf(site.kube, await running(site.kube, 'inference', 1))).toEqual(['llama-3-1-8b']);
  });

  test('has a key in the cluster where Helm applies, the same after another apply', async () => {
    const secrets = async () =>
      (await site.kube.list('v1', 'Secret', 'inference')).filter(
        ({ metadata }) => metadata.name === 'llama-3-1-8b-api-key',
      );
    const first = await secrets();
    await site.apply(describeSite);
    const keys = (await secrets()).map(({ data }) => Buffer.from(data['api-key'] as string, 'base64').toString());
    expect(keys).toEqual(first.map(({ data }) => Buffer.from(data['api-key'] as string, 'base64').toString()));
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9]{48}$/);
    console.log(`keys made by Helm: ${keys.length}`);
  });

  test('leaves nothing behind', async () => {
    await site.destroy(describeSite);
    expect(await site.inventory(REGION)).toEqual(before);
  });
});
