import { Construct } from 'constructs';
import { GpuInstanceType, ModelSpec, Precision, SpeculativeDecoding } from '../../../lib/catalog';
import { CapacityPlan } from '../../../lib/planning';
import { PodVolume, TritonModel } from '../../../lib/serving';
import { ModelStore } from '../../../lib/storage';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { Synthesized } from '../../support/synth';
import { deploy } from '../support/fixtures';
import { VllmOverrides, deployVllm, serverOf } from '../support/vllm-fixtures';

const L8 = ModelSpec.LLAMA_3_1_8B;
const SMALL = ModelSpec.LLAMA_3_2_1B;
const instanceType = GpuInstanceType.G6E_XLARGE;

const draft = (place: object = {}) => SpeculativeDecoding.draftModel({ model: SMALL, tokens: 2, ...place });
const head = (place: object = {}) => SpeculativeDecoding.eagle3({ tokens: 3, ...place });

const withDraft = (speculativeDecoding: SpeculativeDecoding, more: VllmOverrides = {}) =>
  deployVllm({ instanceType, ...more, model: { speculativeDecoding, ...more.model } });

function initOf(json: Synthesized) {
  return json.only('kubernetes_deployment_v1').spec.template.spec.init_container[0];
}

/** GiB of local disk that the pod asks for. */
function diskOf(json: Synthesized): number {
  const amount = String(serverOf(json).resources.requests['ephemeral-storage']);
  const [, value, unit] = /^(\d+)(Mi|Gi)$/.exec(amount)!;
  return Number(value) / (unit === 'Mi' ? 1024 : 1);
}

describe('what drafts lies in the model store', () => {
  const { json, site } = withDraft(draft({ name: 'small', version: '3' }));

  test('from where the init container copies it as it copies the model, leaving out the same', () => {
    const plan = JSON.stringify(initOf(json));
    expect(plan).toContain('s3://models/small/3 drafts/small/3');
    expect(plan).toContain('s3://models/chat/1 weights/chat/1');
    const lines = plan.split(String.raw`\n`).filter((line) => line.includes('s3://models/'));
    const patterns = lines.map((line) => line.split(' ').slice(2).join(' ').replace(/".*/, ''));
    expect(new Set(patterns).size).toBe(1);
  });

  test('and its folder is what the engine is told', () => {
    const config = '{"method":"draft_model","num_speculative_tokens":2,"model":"/models/drafts/small/3"}';
    expect(serverOf(json).args).toContain(`--speculative-config=${config}`);
    const { args } = serverOf(withDraft(head({ name: 'head' })).json);
    expect(args.find((each: string) => each.startsWith('--speculative-config='))).toContain('"/models/drafts/head/1"');
  });

  test('its pods may read it', () => {
    expect(site.store.grants).toContainEqual(expect.stringContaining('small/3'));
  });

  test('its files count in the disk of the pod: as given, or by its parameters', () => {
    const { json: mounted } = withDraft(draft({ path: '/drafts/small' }), MOUNTED);
    const beside = (place: object) => diskOf(withDraft(draft({ name: 'small', ...place })).json) - diskOf(mounted);
    expect(beside({ size: DataSize.gib(10) })).toBeGreaterThanOrEqual(10);
    expect(beside({ size: DataSize.gib(10) })).toBeLessThan(14);
    const own = SMALL.checkpointSize(Precision.BF16).gib;
    expect(beside({})).toBeGreaterThanOrEqual(Math.floor(own));
    expect(beside({})).toBeLessThan(own + 2);
    // A head of an 8B model: a layer, the matrix that joins three hidden states, and a table of the vocabulary.
    const headed = diskOf(withDraft(head({ name: 'head' })).json) - diskOf(mounted);
    expect(headed).toBeGreaterThanOrEqual(1);
    expect(headed).toBeLessThan(6);
  });

  test('a program that imports nothing into a new store is warned of both', () => {
    const modelStore = (scope: Construct) => new ModelStore(scope, 'Made');
    const { deployment } = withDraftIn(modelStore, draft({ name: 'small' }));
    const reasons = warningsOf(deployment).filter(({ id }) => id === 'MODEL_NOT_IMPORTED');
    expect(reasons.map(({ reason }) => reason.split(' ')[0]).sort()).toEqual(["'chat/1'", "'small/1'"]);
  });
});

const MOUNTED: VllmOverrides = {
  volumes: [PodVolume.claim('drafts', 'drafts')],
  volumeMounts: [{ volume: 'drafts', path: '/drafts' }],
};

test('Triton copies it too, and its front end is told of no adapters', () => {
  const { json } = deploy({
    instanceType,
    models: [TritonModel.vllm({ name: 'chat', model: L8, speculativeDecoding: draft({ name: 'small' }) })],
    openAi: {},
  });
  expect(JSON.stringify(initOf(json))).toContain('s3://models/small/1 drafts/small/1');
  const files = json.only('kubernetes_config_map_v1').data;
  expect(JSON.parse(files['model.json.1.chat']).speculative_config.model).toBe('/models/drafts/small/1');
  expect(JSON.stringify(serverOf(json).args)).not.toContain('lora');
});

describe('a folder of its own', () => {
  test.each(['/drafts', '/drafts/', '/drafts/small/1'])('%s is one of a volume that is mounted', (path) => {
    expect(() => withDraft(draft({ path }), MOUNTED)).not.toThrow();
  });

  test.each<[string, VllmOverrides]>([
    ['/drafts/small', {}],
    ['/draftsmall', MOUNTED],
    ['/drafts/../models', MOUNTED],
    ['meta-llama/Llama-3.2-1B', MOUNTED],
    ['s3://models/small/1', MOUNTED],
    ['https://huggingface.co/meta-llama/Llama-3.2-1B', MOUNTED],
  ])('%s is none', (path, more) => {
    expect(idsOf(faultsThrown(() => withDraft(draft({ path }), more)))).toEqual([
      'DRAFT_NOT_IN_POD models[0].speculativeDecoding',
    ]);
  });

  test('Triton refuses it as well', () => {
    const models = [TritonModel.vllm({ name: 'm', model: L8, speculativeDecoding: draft({ path: '/d' }) })];
    expect(idsOf(faultsThrown(() => deploy({ instanceType, models })))).toEqual([
      'DRAFT_NOT_IN_POD models[0].speculativeDecoding',
    ]);
    const mounts = { volumes: [PodVolume.claim('d', 'd')], volumeMounts: [{ volume: 'd', path: '/d' }] };
    expect(() => deploy({ instanceType, models, ...mounts })).not.toThrow();
  });
});

describe('the files of something else in the store do not draft', () => {
  const loraAdapters = [{ name: 'legal', rank: 16, version: '2' }];
  const AT = ['CONFLICTING_PROPERTIES models[0].speculativeDecoding.name'];
  const triton = (speculativeDecoding: SpeculativeDecoding) =>
    deploy({
      instanceType,
      models: [TritonModel.vllm({ name: 'chat', model: L8, version: '2', loraAdapters, speculativeDecoding })],
    });
  const vllm = (speculativeDecoding: SpeculativeDecoding) =>
    withDraft(speculativeDecoding, { model: { version: '2', loraAdapters } });

  test.each<[object]>([[{ name: 'chat', version: '2' }], [{ name: 'legal', version: '2' }]])('%j', (place) => {
    for (const make of [triton, vllm])
      for (const by of [draft, head]) expect(idsOf(faultsThrown(() => make(by(place))))).toEqual(AT);
  });

  test.each<[object]>([[{ name: 'chat' }], [{ name: 'legal' }], [{ name: 'small', version: '2' }]])(
    '%j may',
    (place) => {
      for (const make of [triton, vllm]) expect(() => make(draft(place))).not.toThrow();
    },
  );

  test('by the version that both have if none is given', () => {
    expect(idsOf(faultsThrown(() => withDraft(draft({ name: 'chat' }))))).toEqual(AT);
  });
});

test.each<[object, string]>([
  [{ name: 'a', path: '/a' }, 'CONFLICTING_PROPERTIES path'],
  [{ version: '2' }, 'CONFLICTING_PROPERTIES version'],
  [{ path: '/a', size: DataSize.gib(1) }, 'CONFLICTING_PROPERTIES size'],
])('%j is refused', (place, expected) => {
  expect(idsOf(faultsThrown(() => draft(place)))).toEqual([expected]);
  expect(idsOf(faultsThrown(() => head(place)))).toEqual([expected]);
});

test.each([
  [{ name: 'a/../b' }, 'speculativeDecoding.name'],
  [{ name: 'a', version: '../1' }, 'speculativeDecoding.version'],
])('%j names no folder of a store', (place, property) => {
  const faults = faultsThrown(() => withDraft(draft(place)));
  expect(faults.map((each) => each.property)).toEqual([`models[0].${property}`]);
});

test('a locked plan says what drafts, and the deployment where it is', () => {
  const { deployment } = withDraft(draft({ name: 'small' }));
  const [made] = Object.values(deployment.plans) as CapacityPlan[];
  const plan = CapacityPlan.fromJson(JSON.parse(JSON.stringify(made.toJson())) as object);
  expect(plan.speculativeDecoding?.name).toBe('small');
  const { json } = withDraft(draft({ name: 'other' }), { plans: { chat: plan } });
  expect(JSON.stringify(initOf(json))).toContain('s3://models/other/1 drafts/other/1');
  expect(JSON.stringify(serverOf(json).args)).toContain('/models/drafts/other/1');
  const kept = deployVllm({ instanceType, plans: { chat: plan } });
  expect(JSON.stringify(serverOf(kept.json).args)).toContain('/models/drafts/small/1');
});

function withDraftIn(store: (scope: Construct) => ModelStore, speculativeDecoding: SpeculativeDecoding) {
  const { site } = deployVllm();
  return withDraft(speculativeDecoding, { modelStore: store(site.scope) });
}
