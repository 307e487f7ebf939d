import { TerraformStack } from 'cdktf';
import {
  CloudTopology,
  CloudTopologyProps,
  Duration,
  GpuInstanceType,
  InferenceServer,
  ModelSpec,
  TensorApiAccess,
  ToolCallParser,
  TritonRelease,
} from '../../../lib';
import { STRUCTS } from '../../../lib/units/public-kinds';
import { faultsThrown, idsOf } from '../../support/faults';
import { Synthesized, synthesize } from '../../support/synth';

const models = [{ model: ModelSpec.LLAMA_3_1_8B, name: 'chat' }];
const nodePools = [{ name: 'gpu', instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 4, maxNodes: 4 }];
const make = (stack: TerraformStack, props: Partial<CloudTopologyProps>) =>
  new CloudTopology(stack, 'Cloud', { clusterName: 'c', models, nodePools, monitoring: false, ...props });
const made = (props: Partial<CloudTopologyProps>): Synthesized => synthesize((stack) => void make(stack, props));
const refused = (props: Partial<CloudTopologyProps>) => {
  const faults: string[] = [];
  synthesize((stack) => void faults.push(...idsOf(faultsThrown(() => make(stack, props)))));
  return faults;
};
const names = (struct: keyof typeof STRUCTS) => STRUCTS[struct].split('; ').map((each) => each.split(/\??:/)[0]);

/** Where a topology says what its options of serving leave out. */
const ELSEWHERE: { readonly [property: string]: string } = {
  cluster: 'cluster',
  nodePool: 'nodePools',
  modelStore: 'modelStore',
  models: 'models',
  imageRegistry: 'imageRegistry',
};

describe('what can be said of a deployment can be said of a topology', () => {
  test('every property is one of the options of serving, or has a property of its own', () => {
    const options = new Set(names('TritonServingOptions'));
    const own = names('TritonDeploymentProps').filter((name) => !options.has(name));
    // Those that each model has.
    const ofModels = ['name', 'replicas'];
    expect(own.sort()).toEqual([...Object.keys(ELSEWHERE), ...ofModels].sort());
    const ofTopology = names('CloudTopologyProps');
    expect(Object.values(ELSEWHERE).filter((name) => !ofTopology.includes(name))).toEqual([]);
    expect(ofModels.filter((name) => !names('ServedModel').includes(name))).toEqual([]);
    expect(ofTopology).toEqual(expect.arrayContaining(['serving', 'servingByModel']));
  });

  test('and of a language model, of a model of a topology', () => {
    const said = new Set(names('ServedModel'));
    // The plan is that of the topology, and the rest is of Triton.
    const left = ['plan', 'engineMetrics', 'latencyBucketsMs', 'versionPolicy'];
    expect(
      names('VllmModelProps')
        .filter((name) => !said.has(name))
        .sort(),
    ).toEqual(left.sort());
  });
});

describe('options of serving', () => {
  const specOf = (json: Synthesized, name = 'chat') => json.byName('kubernetes_deployment_v1', name).spec;

  test('reach the deployments', () => {
    const json = made({
      serving: {
        ...{ namespace: 'llm', maxSurge: 1, tritonRelease: TritonRelease.V26_08, priorityClassName: 'high' },
        ...{ exitTimeout: Duration.seconds(90), podLabels: { team: 'a' }, environment: { A: 'b' } },
      },
    });
    const { strategy, template } = specOf(json);
    expect(strategy.rolling_update.max_surge).toBe('1');
    expect(template.metadata.labels.team).toBe('a');
    expect(template.spec.priority_class_name).toBe('high');
    expect(template.spec.container[0].image).toContain(':26.08-');
    expect(template.spec.container[0].args).toContain('--exit-timeout-secs=90');
    expect(template.spec.container[0].env).toContainEqual({ name: 'A', value: 'b' });
    expect(json.byName('kubernetes_service_v1', 'chat').metadata.namespace).toBe('llm');
  });

  test('of one model replace those of all, one by one', () => {
    const json = made({
      models: [...models, { model: ModelSpec.LLAMA_3_1_8B, name: 'other' }],
      serving: { maxSurge: 1, podLabels: { team: 'a' } },
      servingByModel: { other: { podLabels: { team: 'b' }, maxSurge: undefined } },
    });
    expect(specOf(json).template.metadata.labels.team).toBe('a');
    expect(specOf(json, 'other').template.metadata.labels.team).toBe('b');
    expect(specOf(json, 'other').strategy.rolling_update.max_surge).toBe('1');
  });

  test('leave the number to a scaler', () => {
    const json = made({ servingByModel: { chat: { maxReplicas: 3 } } });
    expect(specOf(json).replicas).toBeUndefined();
    const both = { models: [{ ...models[0], replicas: 2 }], serving: { maxReplicas: 3 } };
    expect(refused(both)).toEqual(['CONFLICTING_PROPERTIES models[0].replicas']);
  });

  test('decide for which vLLM a model is planned and checked', () => {
    const old = { serving: { tritonRelease: TritonRelease.V26_02 } };
    const planned = (props: Partial<CloudTopologyProps>) => {
      const engines: string[] = [];
      synthesize((stack) => void engines.push(make(stack, props).plan.engine.name));
      return engines;
    };
    expect([planned(old), planned({})]).toEqual([['vllm-0.15.1'], ['vllm-0.24.0']]);
    const legacy = { models: [{ ...models[0], engineArguments: { swap_space: 4 } }] };
    expect(refused(legacy)).toEqual(['ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.swap_space']);
    expect(JSON.stringify(made({ ...legacy, ...old }).resources('kubernetes_config_map_v1'))).toContain('swap_space');
  });

  test('are named where they are at fault', () => {
    expect(refused({ serving: { maxSurge: 9 } })).toEqual(['SURGE_EXCEEDS_POOL serving.maxSurge']);
    expect(refused({ serving: { maxSurge: 1 }, servingByModel: { chat: { maxSurge: 9 } } })).toEqual([
      'SURGE_EXCEEDS_POOL servingByModel.chat.maxSurge',
    ]);
    expect(refused({ servingByModel: { chta: {} } })).toEqual(['UNKNOWN_VALUE servingByModel.chta']);
  });
});

test("NVIDIA's OpenAI front end runs in the server of the model that it is asked for", () => {
  let topology: CloudTopology | undefined;
  const props = {
    models: [...models, { model: ModelSpec.LLAMA_3_1_8B, name: 'other' }],
    servingByModel: { other: { openAi: { tensorApi: TensorApiAccess.POD } } },
  };
  const json = synthesize((stack) => void (topology = make(stack, props)));
  const ports = (name: string) =>
    json.byName('kubernetes_service_v1', name).spec.port.map(({ port }: { port: number }) => port) as number[];
  expect(topology!.deployments.other.openAiEndpoint).toBe('http://other.inference.svc:9000/v1');
  expect(topology!.deployments.chat.openAiEndpoint).toBeUndefined();
  expect([ports('other').includes(9000), ports('chat').includes(9000)]).toEqual([true, false]);
});

test('settings of the engine are those of the model', () => {
  const model = { ...models[0], maxSequences: 32, prefixCaching: false, trustRemoteCode: true };
  const json = made({ models: [{ ...model, engineArguments: { seed: 7 } }], serving: { maxSurge: 0 } });
  const [config] = json
    .resources('kubernetes_config_map_v1')
    .flatMap(({ data }) => (data['model.json.1.chat'] ? [JSON.parse(data['model.json.1.chat'])] : []));
  expect(config).toMatchObject({
    ...{ max_num_seqs: 32, enable_prefix_caching: false, trust_remote_code: true, seed: 7 },
  });
});

describe("vLLM's own server", () => {
  const vllm = (props: Partial<CloudTopologyProps> = {}) => made({ server: InferenceServer.VLLM, ...props });

  test('what can be said of a deployment can be said of a topology', () => {
    const options = new Set(names('VllmServingOptions'));
    const own = names('VllmDeploymentProps').filter((name) => !options.has(name));
    // The plans are those of the topology. A canary, and what streams its weights, is a deployment beside the topology's.
    const ofDeployments = ['nameSuffix', 'weightLoading'];
    expect(own.sort()).toEqual([...Object.keys(ELSEWHERE), 'name', 'replicas', 'plans', ...ofDeployments].sort());
    expect(names('CloudTopologyProps')).toEqual(expect.arrayContaining(['vllmServing', 'vllmServingByModel', 'plans']));
  });

  test('serves each model by a deployment of its own, with the plan of the topology', () => {
    let topology: CloudTopology | undefined;
    const json = synthesize((stack) => {
      topology = make(stack, {
        server: InferenceServer.VLLM,
        models: [...models, { ...models[0], name: 'other', replicas: 2, toolCallParser: ToolCallParser.HERMES }],
        vllmServing: { maxSurge: 0, podLabels: { team: 'a' } },
        vllmServingByModel: { other: { podLabels: { team: 'b' } } },
      });
    });
    expect(Object.keys(topology!.deployments)).toEqual([]);
    expect(Object.keys(topology!.vllmDeployments)).toEqual(['chat', 'other']);
    expect(topology!.vllmDeployments.other.plan).toBe(topology!.plans.other);
    const template = (name: string) => json.byName('kubernetes_deployment_v1', name).spec.template;
    expect(template('chat').metadata.labels.team).toBe('a');
    expect(template('other').metadata.labels.team).toBe('b');
    expect(template('other').spec.container[0].args).toContain('--tool-call-parser=hermes');
    expect(json.byName('kubernetes_deployment_v1', 'other').spec.replicas).toBe('2');
    expect(json.resources('helm_release').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['chat-api-key', 'other-api-key']),
    );
  });

  test('warns of a plan once', () => {
    const json = vllm({
      models: [{ ...models[0], engineArguments: { speculative_config: { method: 'suffix' } } }],
      vllmServing: { maxSurge: 0 },
    });
    expect(json.annotations().filter((text) => text.includes('SPECULATION_NOT_PLANNED'))).toHaveLength(1);
  });

  test('is watched', () => {
    expect(vllm({ monitoring: true, monitoringOptions: { alertReceivers: [] } }).text).toContain('vllm-chat');
  });

  test.each<[string, Partial<CloudTopologyProps>, string[]]>([
    ['its options where Triton serves', { server: undefined, vllmServing: {} }, ['CONFLICTING_PROPERTIES vllmServing']],
    ["Triton's options where it serves", { serving: {} }, ['CONFLICTING_PROPERTIES serving']],
    ['a model that does not exist', { vllmServingByModel: { chta: {} } }, ['UNKNOWN_VALUE vllmServingByModel.chta']],
    [
      'what its deployment finds, where it is said',
      { vllmServing: { maxQueuedRequests: 3 } },
      ['ENGINE_ARGUMENT_NOT_IN_VLLM vllmServing.maxQueuedRequests'],
    ],
    [
      'a rank that is too high for Triton',
      { server: undefined, models: [{ ...models[0], loraAdapters: [{ name: 'a', rank: 999 }] }] },
      ['LORA_RANK_TOO_HIGH models[0].loraAdapters[0].rank'],
    ],
    [
      'a rank that is too high',
      { models: [{ ...models[0], loraAdapters: [{ name: 'a', rank: 999 }] }] },
      ['LORA_RANK_TOO_HIGH models[0].loraAdapters[0].rank'],
    ],
  ])('refuses %s', (_, props, wanted) => {
    expect(refused({ server: InferenceServer.VLLM, ...props })).toEqual(wanted);
  });
});
