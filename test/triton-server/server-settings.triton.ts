import { mkdirSync, writeFileSync } from 'fs';
import * as path from 'path';
import {
  AvailableResource,
  ModelInstances,
  OnnxRuntimeModelProps,
  PythonCode,
  TensorDataType,
  TritonModel,
} from '../../lib/serving';
import { generatedFiles } from '../../lib/serving/triton/model-repository';
import { TritonRelease } from '../../lib/catalog';
import {
  TritonServerSettings,
  serverSettingsArguments,
  serverSettingsFaults,
} from '../../lib/serving/triton/settings/server-settings';
import { BackendModel } from '../../lib/serving/triton/model-definition';
import { forThisServer, uncheckedConfig } from './configurations';
import { RealTriton, workFolder } from './real-triton';

const base = {
  maxBatchSize: 8,
  inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims: [2] }],
  outputs: [{ name: 'y', dataType: TensorDataType.FP32, dims: [2] }],
  instances: ModelInstances.onCpu(),
};
const CODE = 'class TritonPythonModel:\n    def execute(self, requests):\n        return None\n';
const x = { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] };

type Props = Partial<OnnxRuntimeModelProps>;

/** Models as the library generates them, with the faults that it finds between them and their server. */
function served(all: { [name: string]: Props }, settings: TritonServerSettings = {}) {
  const models = Object.entries(all).map(
    ([name, props]) => TritonModel.onnxRuntime({ ...base, name, ...props })._definition as unknown as BackendModel,
  );
  const folder = workFolder('settings');
  for (const { path: file, text } of generatedFiles(models, TritonRelease.DEFAULT)) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, forThisServer(text));
  }
  for (const { name } of models) mkdirSync(path.join(folder, 'repository', name, '1'), { recursive: true });
  return {
    faults: serverSettingsFaults(settings, models).map(({ reason }) => reason),
    args: [
      `--model-repository=${path.join(folder, 'repository')}`,
      '--disable-auto-complete-config',
      '--exit-on-error=false',
      '--strict-readiness=false',
      ...serverSettingsArguments(settings, models),
    ],
  };
}

/** Runs a server, and what is done with it. */
async function withServer<T>(args: readonly string[], body: (server: RealTriton) => Promise<T>): Promise<T> {
  const server = await RealTriton.start({ args });
  try {
    return await body(server);
  } finally {
    await server.stop();
  }
}

async function states(args: readonly string[]): Promise<{ [name: string]: string | undefined }> {
  return withServer(args, async (server) =>
    Object.fromEntries((await server.index()).map(({ name, state, reason }) => [name, reason || state])),
  );
}

const limit = (count: number, global = false) => ({ rateLimit: { resources: [{ name: 'R1', count, global }] } });
const has = (...rateLimitResources: AvailableResource[]) => ({ rateLimitResources });

describe('rate limits', () => {
  test('of which a server has enough are taken, also where only some are named', async () => {
    const { faults, args } = served(
      { a: limit(2), b: { rateLimit: { resources: [{ name: 'R2', count: 3 }], priority: 2 } } },
      has({ name: 'R1', count: 2 }),
    );
    expect(faults).toEqual([]);
    expect(args).toContain('--rate-limit-resource=R2:3');
    expect(await states(args)).toEqual({ a: 'READY', b: 'READY' });
  });

  test('of which a server has too few are refused here and there', async () => {
    const { faults, args } = served({ a: limit(2) }, has({ name: 'R1', count: 1 }));
    expect(faults).toEqual([expect.stringContaining('must be at least 2')]);
    expect((await states(args)).a).toContain('is limited to 1');
  });

  test('that are global for one model and not for another are refused here and there', async () => {
    const { faults, args } = served({ a: limit(1), b: limit(1, true) });
    expect(faults).toEqual([expect.stringContaining('global for all models or for none')]);
    const found = Object.values(await states(args)).join();
    expect(found).toContain('is present as both global and device-specific resource');
  });
});

test('a cache of answers that stream is refused here and there', async () => {
  const streaming = (name: string, responseCache: boolean) =>
    TritonModel.python({
      ...base,
      name,
      code: PythonCode.inline({ 'model.py': CODE }),
      decoupled: true,
      responseCache,
    });
  const models = [streaming('cached', true), streaming('plain', false)];
  expect(models.map(({ _definition }) => _definition.ownFaults().map(({ property }) => property))).toEqual([
    ['responseCache'],
    [],
  ]);
  const folder = workFolder('streams');
  for (const model of models) {
    mkdirSync(path.join(folder, model.name, '1'), { recursive: true });
    writeFileSync(path.join(folder, model.name, '1', 'model.py'), CODE);
    writeFileSync(path.join(folder, model.name, 'config.pbtxt'), forThisServer(uncheckedConfig(model)));
  }
  const args = [`--model-repository=${folder}`, '--exit-on-error=false', '--strict-readiness=false'];
  await withServer([...args, '--cache-config=local,size=1048576'], async (server) => {
    expect(await server.index()).toContainEqual(expect.objectContaining({ name: 'plain', state: 'READY' }));
    expect(server.log).toContain("does not currently support model cached with 'decoupled' transaction policy");
  });
});

test('a tag that Prometheus does not take is refused here, and ends the whole server there', async () => {
  const model = { metricTags: { 'a-b': 'c' } };
  const { args } = served({ other: {}, tagged: model });
  const found = TritonModel.onnxRuntime({ ...base, name: 'tagged', ...model })._definition.ownFaults();
  expect(found.map(({ id }) => id)).toEqual(['INVALID_NAME']);
  const server = await RealTriton.start({ args });
  const { exit, log } = server;
  await server.stop();
  expect(exit).toBe('SIGABRT');
  expect(log).toContain('Invalid label name');
});

test('tags and cached answers are in the metrics', async () => {
  const { faults, args } = served({ scores: { responseCache: true, metricTags: { team: 'risk' } } });
  expect(faults).toEqual([]);
  await withServer(args, async (server) => {
    for (let i = 0; i < 3; i += 1) expect(await server.infer('scores', [x])).toMatchObject({ status: 200 });
    expect(await server.metric('nv_cache_num_hits_per_model', 'scores')).toBe(2);
    expect(await server.metric('nv_cache_num_misses_per_model', 'scores')).toBe(1);
    const tagged = await fetch(`http://127.0.0.1:${server.ports.metrics}/metrics`);
    expect(await tagged.text()).toMatch(
      /nv_inference_count\{_team="risk",model="scores"|nv_inference_count\{.*_team="risk"/,
    );
  });
});

test('a server takes the configuration of its hardware, and models without one are as they say', async () => {
  const models = { scores: { configurations: { big: { maxBatchSize: 64 } } }, plain: {} };
  const sizes = (settings: TritonServerSettings) =>
    withServer(served(models, settings).args, async (server) =>
      Promise.all(
        ['scores', 'plain'].map(async (name) => {
          const { text } = await server.ask(`/v2/models/${name}/config`);
          return (JSON.parse(text) as { max_batch_size: number }).max_batch_size;
        }),
      ),
    );
  expect(await sizes({})).toEqual([8, 8]);
  expect(await sizes({ modelConfiguration: 'big' })).toEqual([64, 8]);
});

test('the flags of loading are known', async () => {
  const { args } = served({ scores: {} }, { modelLoadThreads: 2, modelLoadRetries: 1 });
  expect(await states(args)).toEqual({ scores: 'READY' });
});
