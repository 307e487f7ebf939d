import { TerraformStack } from 'cdktf';
import { GpuInstanceType, InferenceEngine, ModelSpec, Parallelism, TritonRelease } from '../../../lib/catalog';
import { Warnings } from '../../../lib/core';
import { CapacityPlan, CapacityPlanner } from '../../../lib/planning';
import { TritonModel, VllmModelProps } from '../../../lib/serving';
import { CloudTopology } from '../../../lib/topology';
import { DataSize } from '../../../lib/units';
import { idsOf, warningsOf } from '../../support/faults';
import { testApp } from '../../support/synth';
import { DeploymentOverrides, deploy } from '../support/fixtures';

const LLAMA = ModelSpec.LLAMA_3_1_8B;
const overPcie = { parallelism: Parallelism.of({ tensor: 4 }) };

function warned(props: Partial<VllmModelProps>, overrides: DeploymentOverrides = {}): string[] {
  const models = [TritonModel.vllm({ name: 'm', model: LLAMA, ...props })];
  return warningsOf(deploy({ models, ...overrides }).deployment)
    .filter(({ id }) => id !== 'ROLLOUT_IS_AN_OUTAGE')
    .map(({ id, reason }) => `${id} ${reason}`);
}

test('what the planner warns of is a warning of the deployment', () => {
  const pcie =
    "TENSOR_OVER_PCIE model 'm': tensor parallelism 4 on g6.12xlarge goes over PCI Express, twice per layer; pipeline parallelism needs far " +
    'less of it';
  // Llama runs in the second model runner of 0.24.0, which estimates no graphs.
  const graphs =
    "GRAPHS_OUTSIDE_UTILIZATION model 'm': vllm-0.24.0 takes CUDA graphs and context from outside gpuMemoryUtilization 0.92, where up to 0.45 GiB are " +
    'missing for them: it may run out of memory when it captures graphs; lower it to 0.89, or switch graphs off';
  expect(warned(overPcie, { instanceType: GpuInstanceType.G6_12XLARGE })).toEqual([pcie, graphs]);
  const less = { ...overPcie, gpuMemoryUtilization: 0.89 };
  expect(warned(less, { instanceType: GpuInstanceType.G6_12XLARGE })).toEqual([pcie]);
  expect(warned({ cpuOffload: DataSize.gib(4) }, { instanceType: GpuInstanceType.G6_2XLARGE })).toEqual([
    "CPU_OFFLOAD model 'm': offloaded weights cross PCI Express in every step; it suits offline batches, not a latency target",
  ]);
  expect(warned({}, { instanceType: GpuInstanceType.G6_12XLARGE })).toEqual([]);
});

test('a locked plan says what it warned of when it was made', () => {
  const instanceType = GpuInstanceType.G6_12XLARGE;
  const plan = CapacityPlanner.plan({ model: LLAMA, instanceType, parallelism: overPcie.parallelism });
  expect(warned({ plan: CapacityPlan.fromJson(plan.toJson()) }, { instanceType })).toHaveLength(2);
});

test('a deployment heeds what a plan says about the sequences of the scheduler, and pools warn of old types', () => {
  const instanceType = GpuInstanceType.P3DN_24XLARGE;
  const made = CapacityPlanner.plan({ model: LLAMA, instanceType, engine: InferenceEngine.vllm('0.5.5') });
  const plan = CapacityPlan._of({ ...made, warnings: [...made.warnings, '[capacity:SCHEDULER_SEQUENCES] x'] });
  expect(plan.warnings.map((text) => text.split(' ')[0])).toEqual([
    '[capacity:LEGACY_INSTANCE]',
    '[capacity:SCHEDULER_SEQUENCES]',
  ]);
  const ids = warned({ plan }, { instanceType, tritonRelease: TritonRelease.V24_12 }).map((text) => text.split(' ')[0]);
  expect(ids).toEqual(['VULNERABLE_RELEASE']);
});

describe('a topology', () => {
  const models = [{ name: 'm', model: LLAMA, ...overPcie }];
  const nodePools = [{ name: 'gpu', instanceType: GpuInstanceType.G6_12XLARGE, minNodes: 1, maxNodes: 2 }];
  const idsIn = (prepare: (stack: TerraformStack) => void) => {
    const stack = new TerraformStack(testApp(), 'stack');
    prepare(stack);
    new CloudTopology(stack, 'T', { clusterName: 'c', models, nodePools });
    return idsOf(warningsOf(stack)).filter((id) => id.startsWith('TENSOR'));
  };

  test('says it once', () => expect(idsIn(() => undefined)).toEqual(['TENSOR_OVER_PCIE']));

  test('does not say what was accepted', () => {
    expect(idsIn((stack) => Warnings.accept(stack, 'TENSOR_OVER_PCIE', 'it is fast enough'))).toEqual([]);
  });
});
