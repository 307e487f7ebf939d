import { TerraformStack, Testing } from 'cdktf';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { CloudTopology, DataSize, GpuInstanceType, InferenceServer, ModelSpec, ServedModel } from '../../../lib';
import { CapacityPlanner } from '../../../lib/planning';
import { warningsOf } from '../../support/faults';
import { choiceReason } from '../../../lib/topology/shared/choice-reason';

/** What a topology explains of the choice of its only model. */
function reasonOf(region: string, served: ServedModel): string[] {
  const stack = new TerraformStack(Testing.app(), 'test');
  new AwsProvider(stack, 'Aws', { region });
  const topology = new CloudTopology(stack, 'Cloud', {
    clusterName: 'chat',
    models: [served],
    monitoring: false,
  });
  return topology
    .explain()
    .split('\n')
    .filter((line) => /^(Chosen|Next|Cheaper)/.test(line));
}

test('a choice is explained by its price and by what comes next', () => {
  const [chosen, next, ...rest] = reasonOf('us-west-2', { model: ModelSpec.LLAMA_3_1_8B });
  expect(chosen).toMatch(
    /answers as fast as people read, the cheapest .*: 1 × g6e\.xlarge in bf16 at \$1\.86 an hour\.$/,
  );
  expect(next).toMatch(/^Next: 1 × \S+ in \S+ at \$[\d.]+ an hour; /);
  expect(next).not.toContain('g6e.xlarge');
  expect(rest).toEqual([]);
});

test('what would cost less in another region is named', () => {
  const lines = reasonOf('eu-west-1', { model: ModelSpec.QWEN_3_8B });
  expect(lines[2]).toMatch(/^Cheaper, but not sold in eu-west-1 as far as is known: 1 × g6e\.xlarge /);
});

test('targets are named instead of the pace of readers', () => {
  const [chosen] = reasonOf('us-west-2', { model: ModelSpec.LLAMA_3_1_8B, targets: { maxTimePerOutputTokenMs: 15 } });
  expect(chosen).toContain('of what fits and reaches the targets');
});

test('weights in host memory are a choice of the cheapest, which is told to be slow beside one that is not', () => {
  const stack = new TerraformStack(Testing.app(), 'test');
  new AwsProvider(stack, 'Aws', { region: 'us-west-2' });
  const models = [{ model: ModelSpec.LLAMA_3_1_8B, cpuOffload: DataSize.gib(4) }];
  const server = InferenceServer.VLLM;
  const topology = new CloudTopology(stack, 'Cloud', { clusterName: 'chat', server, models, monitoring: false });
  expect(topology.explain()).toMatch(/^Chosen: the cheapest .*, not as fast as people read: 1 × g6\.xlarge /m);
  const [slow] = warningsOf(topology).filter(({ id }) => id === 'SLOWER_THAN_READING');
  expect(slow.reason).toMatch(/wanted at most 100; .*g6e\.xlarge.* ms a token/);
});

test('hardware that is given needs no reason', () => {
  const stack = new TerraformStack(Testing.app(), 'test');
  new AwsProvider(stack, 'Aws', { region: 'us-west-2' });
  const nodePools = [{ name: 'gpu', instanceType: GpuInstanceType.G6E_2XLARGE, minNodes: 1, maxNodes: 1 }];
  const models = [{ model: ModelSpec.LLAMA_3_1_8B }];
  const topology = new CloudTopology(stack, 'Cloud', { clusterName: 'chat', models, nodePools, monitoring: false });
  expect(topology.explain()).not.toMatch(/^Chosen/m);
});

test('a choice that is too slow, although nothing is faster, says so', () => {
  const plan = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE });
  expect(choiceReason(plan, () => [plan], { maxTimePerOutputTokenMs: 1 })).toBe(
    'Chosen: nothing that fits reaches the targets; this comes nearest: 1 × g6e.xlarge in bf16 at $1.86 an hour.',
  );
});
