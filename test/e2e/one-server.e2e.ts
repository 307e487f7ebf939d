import { App, TerraformStack } from 'cdktf';
import { Headline8xV100 } from '../../examples/headline-8xv100/stack';
import { TritonOnnxEnsemble } from '../../examples/triton-onnx-ensemble/stack';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { monitoringRuns, running } from './harness/pods';

interface Example {
  /** Context of its cluster. */
  readonly context: string;
  /** Node that it serves on, with its label, and the GPUs of each pod there. */
  readonly node: string;
  readonly gpus: number;
  readonly gpusOfPods: string[];
  readonly describe: (app: App) => TerraformStack;
}

const EXAMPLES: { readonly [name: string]: Example } = {
  'headline-8xv100': {
    ...{ context: 'hall-2', node: 'dgx-1', gpus: 8, gpusOfPods: ['4', '4'] },
    describe: (app) => new Headline8xV100(app).stack,
  },
  'triton-onnx-ensemble': {
    ...{ context: 'hall-1', node: 'one-l4', gpus: 1, gpusOfPods: ['1'] },
    describe: (app) => new TritonOnnxEnsemble(app).stack,
  },
};

for (const [name, { context, node, gpus, gpusOfPods, describe: stack }] of Object.entries(EXAMPLES)) {
  describeWith(['terraform', 'controlPlane'], `examples/${name}`, () => {
    let site: OwnCluster;

    beforeAll(async () => {
      site = await OwnCluster.start(name, context);
      const labels = { 'example.com/server': node, 'nvidia.com/gpu.present': 'true' };
      const made = [STORAGE_CLASS, ownNode('cpu-0'), ownNode(node, { labels, gpus })];
      for (const each of made) await site.kube.create(each);
    });

    afterAll(() => site?.stop());

    test('applies to an existing cluster', async () => {
      const workloads = await site.workloads(stack, []);
      console.log(`it went by ${workloads.way}`);
      await workloads.apply();
    });

    test('serves on its one node, admitted at the level restricted', async () => {
      const pods = await running(site.kube, 'inference', gpusOfPods.length);
      expect(pods.map(({ spec }) => spec.nodeName as string)).toEqual(gpusOfPods.map(() => node));
      const asked = pods.map(({ spec }) => spec.containers[0].resources.limits['nvidia.com/gpu'] as string);
      expect(asked).toEqual(gpusOfPods);
      const [space] = (await site.kube.list('v1', 'Namespace')).filter(({ metadata }) => metadata.name === 'inference');
      expect(space.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
    });

    test('watches from where there is room', async () => {
      await monitoringRuns(site.kube);
    });

    test('plans nothing after that', async () => {
      expect(await site.plan(stack, [])).toEqual([]);
    });

    test('leaves nothing behind', async () => {
      await (await site.workloads(stack, [])).destroy();
      for (const kind of ['Deployment', 'StatefulSet']) expect(await site.kube.list('apps/v1', kind)).toEqual([]);
    });
  });
}
