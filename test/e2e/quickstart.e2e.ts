import { App } from 'cdktf';
import { Quickstart } from '../../examples/quickstart/stack';
import { isLeftOut, leftOut } from './harness/adapt';
import { describeWith } from './harness/needs';
import { monitoringRuns, poolsOf, running } from './harness/pods';
import { Site } from './harness/site';
import { tools } from './harness/tools';

const describeSite = (app: App) => new Quickstart(app);
const REGION = 'us-west-2';
const PUBLIC_ACCESS = 'public access block: kept when destroyed';

describeWith(['terraform', 'emulator', 'controlPlane'], 'examples/quickstart', () => {
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.start('quickstart');
    before = await site.inventory(REGION);
  });

  afterAll(() => site?.stop());

  test('applies from nothing', async () => {
    console.log(`the Kubernetes half went by ${await site.apply(describeSite)}`);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeSite)).toEqual([]);
  });

  test('runs its model on its own pool, and monitoring on the system nodes', async () => {
    expect(await poolsOf(site.kube, await running(site.kube, 'inference', 1))).toEqual(['llama-3-1-8b']);
    expect(await poolsOf(site.kube, await monitoringRuns(site.kube))).toEqual(['system', 'system', 'system']);
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(site.proxy.unanswered).toEqual([]);
    expect(site.proxy.refused).toEqual([]);
  });

  test('keeps its models: destroying it is refused while it is planned, and nothing is undone', async () => {
    const kept = await site.inventory(REGION);
    await expect(site.destroyAsDescribed(describeSite)).rejects.toThrow(/prevent_destroy/);
    expect(await site.inventory(REGION)).toEqual(kept);
    expect(await site.plan(describeSite)).toEqual([]);
    const { providers } = tools();
    if (isLeftOut(PUBLIC_ACCESS, providers)) expect(leftOut(PUBLIC_ACCESS)).toEqual([true]);
  });

  test('leaves nothing behind', async () => {
    await site.destroy(describeSite);
    expect(await site.inventory(REGION)).toEqual(before);
  });
});
