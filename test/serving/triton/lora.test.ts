import { CloudTopology } from '../../../lib';
import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import { CapacityPlanner } from '../../../lib/planning';
import { TritonModel, VllmModelProps } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { Synthesized, synthesize } from '../../support/synth';
import { deploy, fileOf, podOf } from '../support/fixtures';

const legal = { name: 'legal', rank: 16 };
const medical = { name: 'medical', version: '3', rank: 8, size: DataSize.mib(100) };
const model = (more: Partial<VllmModelProps> = {}, name = 'chat') =>
  TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_2_1B, ...more });
const read = (json: Synthesized, key: string) => JSON.parse(fileOf(json, key)) as { [name: string]: unknown };
const copiesOf = (json: Synthesized) => JSON.stringify(podOf(json).init_container[0]);

describe('adapters of a model on Triton', () => {
  const { json, deployment, site } = deploy({ models: [model({ loraAdapters: [legal, medical] })] });

  test('are named to the backend, with the rank that memory is reserved for', () => {
    expect(read(json, 'multi_lora.json.1.chat')).toEqual({
      legal: '/models/adapters/legal/1',
      medical: '/models/adapters/medical/3',
    });
    expect(read(json, 'model.json.1.chat')).toMatchObject({ enable_lora: true, max_lora_rank: 16 });
    expect(JSON.stringify(json.only('kubernetes_deployment_v1'))).toContain('repository/chat/1/multi_lora.json');
  });

  test('are copied from the store, which the pod may read', () => {
    expect(site.store.grants).toEqual(
      expect.arrayContaining([expect.stringContaining('legal/1'), expect.stringContaining('medical/3')]),
    );
    expect(copiesOf(json)).toContain('s3://models/legal/1 adapters/legal/1');
  });

  test('are part of the plan and of the disk', () => {
    expect(deployment.plan?.lora).toEqual({ maxAdapters: 1, maxRank: 16 });
    const diskOf = (each: Synthesized) =>
      Number.parseInt(podOf(each).container[0].resources.requests['ephemeral-storage'] as string, 10);
    const without = deploy({ models: [model()] });
    const more = diskOf(json) - diskOf(without.json);
    expect(more).toBeGreaterThan(100);
    expect(without.deployment.plan?.lora).toBeUndefined();
    expect(copiesOf(without.json)).not.toContain('adapters');
  });

  test('may be several in one step', () => {
    const slots = deploy({ models: [model({ loraAdapters: [legal, medical], engineArguments: { max_loras: 2 } })] });
    expect(read(slots.json, 'model.json.1.chat')).toMatchObject({ max_loras: 2, max_lora_rank: 16 });
    expect(slots.deployment.plan?.lora?.maxAdapters).toBe(2);
  });

  test('are copied once for all models of a server', () => {
    const both = deploy({
      models: [model({ loraAdapters: [legal] }, 'a'), model({ loraAdapters: [legal] }, 'b')],
      instanceType: GpuInstanceType.G5_12XLARGE,
    });
    const named = ['a', 'b'].map((name) => read(both.json, `multi_lora.json.1.${name}`).legal);
    expect(named).toEqual(['/models/adapters/legal/1', '/models/adapters/legal/1']);
    expect(copiesOf(both.json).match(/s3:\/\/models\/legal\/1/g)).toHaveLength(1);
  });

  test('are not there where none are asked for', () => {
    const plain = deploy({ models: [model()] }).json;
    expect(JSON.stringify(plain.only('kubernetes_config_map_v1').data)).not.toMatch(/multi_lora|enable_lora/);
  });

  test('reach it from a topology', () => {
    const topology = synthesize((stack) => {
      new CloudTopology(stack, 'Cloud', {
        clusterName: 'test',
        models: [{ model: ModelSpec.LLAMA_3_2_1B, name: 'chat', loraAdapters: [legal] }],
      });
    });
    expect(topology.text).toContain('multi_lora.json.1.chat');
  });
});

describe('refused', () => {
  test.each<[string, Partial<VllmModelProps>]>([
    ['RESERVED models[0].engineArguments.enable_lora', { engineArguments: { enable_lora: true } }],
    ['RESERVED models[0].engineArguments.max_lora_rank', { engineArguments: { max_lora_rank: 16 } }],
    ['LORA_RANK_TOO_HIGH models[0].loraAdapters[0].rank', { loraAdapters: [legal], maxLoraRank: 8 }],
    ['CONFLICTING_PROPERTIES models[0].maxLoraRank', { maxLoraRank: 8 }],
    ['DUPLICATE models[0].loraAdapters', { loraAdapters: [legal, { ...legal, version: '2' }] }],
    ['INVALID_NAME models[0].loraAdapters[0].name', { loraAdapters: [{ ...legal, name: 'a/b' }] }],
  ])('%s', (wanted, more) => {
    expect(idsOf(faultsThrown(() => deploy({ models: [model(more)] })))).toEqual([wanted]);
  });

  test('a locked plan without room for them', () => {
    const plan = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_2_1B, instanceType: GpuInstanceType.G5_XLARGE });
    expect(idsOf(faultsThrown(() => deploy({ models: [model({ plan, loraAdapters: [legal] })] })))).toEqual([
      'PROPERTY_CONTRADICTS_PLAN models[0].loraAdapters',
    ]);
  });
});
