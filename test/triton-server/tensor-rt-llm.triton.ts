import { mkdirSync, writeFileSync } from 'fs';
import * as path from 'path';
import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { TritonModel } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { deploy, fileOf } from '../serving/support/fixtures';
import { forThisServer, parsedConfigs, uncheckedConfig } from './configurations';
import { RealTriton, workFolder } from './real-triton';

/** In place of TensorRT-LLM's own code: it reads what that reads, and answers with the settings that it found. */
const STAND_IN = `import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils
from helpers import NAME


def settings():
    with open(os.path.join(pb_utils.get_model_dir(), "model.yaml")) as file:
        return json.load(file)


class TritonPythonModel:
    @classmethod
    def auto_complete_config(cls, config):
        triton = settings()["triton_config"]
        config.set_model_transaction_policy({"decoupled": triton["decoupled"]})
        config.set_max_batch_size(triton["max_batch_size"])
        return config

    def execute(self, requests):
        for request in requests:
            text = f"{NAME} {settings()['max_seq_len']}".encode()
            answer = pb_utils.InferenceResponse([pb_utils.Tensor("text_output", np.array([text], dtype=object))])
            request.get_response_sender().send(answer, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        return None
`;

const { json } = deploy({
  models: [TritonModel.tensorRtLlm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, contextLength: 4096 })],
  instanceType: GpuInstanceType.G6E_XLARGE,
});

/** The repository of the deployment, with the code of the image elsewhere. */
function repository(code: string): string {
  const folder = workFolder('tensorrt-llm');
  mkdirSync(path.join(folder, 'chat', '1'), { recursive: true });
  writeFileSync(path.join(folder, 'chat', 'config.pbtxt'), forThisServer(fileOf(json, 'config.pbtxt.chat')));
  for (const file of ['model.py', 'model.yaml']) {
    const text = fileOf(json, `${file}.1.chat`).replace('/app/all_models/llmapi/tensorrt_llm/1', code);
    writeFileSync(path.join(folder, 'chat', '1', file), text);
  }
  return folder;
}

const started = (code: string) =>
  RealTriton.start({ args: [`--model-repository=${repository(code)}`, '--model-control-mode=explicit'] });

test('the configuration is read by the parser of NVIDIA', () => {
  const [config] = parsedConfigs([fileOf(json, 'config.pbtxt.chat')]);
  expect(config).toMatchObject({ name: 'chat', backend: 'python', instance_group: [{ count: 1, kind: 'KIND_CPU' }] });
  expect(config.input).toHaveLength(17);
  expect(config.output).toHaveLength(16);
});

test('the code of the image is loaded from where it is, completes the configuration and answers', async () => {
  const code = workFolder('code');
  writeFileSync(path.join(code, 'model.py'), STAND_IN);
  writeFileSync(path.join(code, 'helpers.py'), 'NAME = "stand-in"\n');
  const server = await started(code);
  try {
    expect(await server.load('chat')).toBeUndefined();
    const { text } = await server.ask('/v2/models/chat/config');
    expect(JSON.parse(text)).toMatchObject({ max_batch_size: 0, model_transaction_policy: { decoupled: true } });
    const request = JSON.parse(fileOf(json, 'probe.json.chat'));
    const answer = await server.ask('/v2/models/chat/generate', request);
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('stand-in 4096') });
  } finally {
    await server.stop();
  }
});

test('an engine that was built before is read by the parser, and loads with a stand-in of its backend', async () => {
  const engine = TritonModel.tensorRtLlmEngine({ name: 'engine', maxBatchSize: 8, engineSize: DataSize.gib(1) });
  const text = uncheckedConfig(engine);
  const [config] = parsedConfigs([text]);
  expect(config).toMatchObject({
    backend: 'tensorrtllm',
    max_batch_size: 8,
    parameters: { gpt_model_path: { string_value: '/models/weights/engine/1' } },
  });
  expect(config.input[0]).toEqual({
    ...{ name: 'input_ids', data_type: 'TYPE_INT32', dims: [-1], allow_ragged_batch: true },
  });
  expect(config.input[1]).toEqual({ name: 'input_lengths', data_type: 'TYPE_INT32', dims: [1], reshape: {} });
  const folder = workFolder('engine');
  mkdirSync(path.join(folder, 'engine', '1'), { recursive: true });
  writeFileSync(path.join(folder, 'engine', 'config.pbtxt'), forThisServer(text));
  const args = [`--model-repository=${folder}`, '--model-control-mode=explicit', '--disable-auto-complete-config'];
  const server = await RealTriton.start({ args });
  try {
    expect(await server.load('engine')).toBeUndefined();
  } finally {
    await server.stop();
  }
});

test('an image without the code is told from one with it', async () => {
  const server = await started('/nowhere');
  try {
    expect(await server.load('chat')).toContain('the image lacks the code');
  } finally {
    await server.stop();
  }
});
