import {
  FrontEndToolCallParser,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  ModelSpec,
  TritonRelease,
} from '../../lib/catalog';
import { OpenAiFrontEndOptions, TensorApiAccess, TritonModel } from '../../lib/serving';
import { DataSize, Fault } from '../../lib/units';
import { DeploymentOverrides, deploy, llama8b, onnxProps } from '../serving/support/fixtures';
import { warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const frontEnd =
  (openAi: OpenAiFrontEndOptions, more: DeploymentOverrides = {}) =>
  () =>
    deploy({ openAi, ...more });

const THOR = GpuNodeType.custom({
  name: 'thor',
  gpu: GpuType.JETSON_AGX_THOR_128GB,
  gpuCount: 1,
  vcpus: 14,
  memory: DataSize.gib(128),
});

/** The warnings of a deployment with a front end. */
function advice(openAi: OpenAiFrontEndOptions, more: DeploymentOverrides = {}): Fault[] {
  return warningsOf(deploy({ openAi, ...more }).deployment);
}

/** What NVIDIA's OpenAI front end cannot do, and advice about it. */
export const TEXTS: FaultText[] = [
  {
    id: 'OPENAI_FRONT_END_LACKS_SETTING',
    property: 'modelConfiguration',
    text: 'modelConfiguration cannot be given to a server that the OpenAI front end starts; leave it out, or serve the model by a deployment without openAi',
    refuse: frontEnd({}, { modelConfiguration: 'a10g' }),
  },
  {
    id: 'OPENAI_FRONT_END_ON_JETSON',
    property: 'openAi',
    text: "Triton's images for Jetson have neither vLLM nor the OpenAI front end, and thor has JETSON-AGX-THOR-128GB; serve language models there by vLLM's own server (VllmDeployment)",
    refuse: frontEnd({}, { instanceType: THOR, tritonRelease: TritonRelease.of('26.02') }),
  },
  {
    id: 'OPENAI_NEEDS_ONE_LANGUAGE_MODEL',
    property: 'models',
    text: 'the OpenAI front end serves language models on vLLM: the tensors that it gives others are not those of TritonModel.tensorRtLlm, tensorRtLlmEngine or models of tensors; got models on: onnxruntime; add a TritonModel.vllm, or remove openAi',
    refuse: frontEnd({}, { models: [TritonModel.onnxRuntime(onnxProps)] }),
  },
  {
    id: 'OPENAI_NEEDS_ONE_LANGUAGE_MODEL',
    property: 'models',
    text: "the OpenAI front end has one tokenizer for all language models of a server; got 'chat', 'other'; make a deployment for each",
    refuse: frontEnd(
      {},
      {
        models: [llama8b, TritonModel.vllm({ name: 'other', model: ModelSpec.LLAMA_3_1_8B })],
        instanceType: GpuInstanceType.G5_12XLARGE,
      },
    ),
  },
  {
    id: 'OPENAI_OPTION_NOT_IN_RELEASE',
    property: 'openAi.toolCallParser',
    text: 'openAi.toolCallParser needs --tool-call-parser, which the OpenAI front end of Triton has since 25.05, and not in 25.04; leave it out, or use a later tritonRelease',
    refuse: frontEnd({ toolCallParser: FrontEndToolCallParser.LLAMA3 }, { tritonRelease: TritonRelease.of('25.04') }),
  },
  {
    id: 'RESERVED',
    property: 'extraArguments[0]',
    text: "extraArguments of a server with openAi may be --tritonserver-log-verbose-level and --uvicorn-log-level, because the OpenAI front end does not take the flags of tritonserver, and its others are properties; got '--log-verbose=1'; remove it",
    refuse: frontEnd({}, { extraArguments: ['--log-verbose=1'] }),
  },
  {
    id: 'TENSOR_API_WITHOUT_KEY',
    text: 'beside the OpenAI front end, whose requests need a key, the tensor API answers everybody that the network policy lets in without one, lets them change what is logged, and may be ended by a request about shared memory; set openAi.tensorApi to TensorApiAccess.POD, which keeps it to the probes, or to TensorApiAccess.CALLERS if that is meant',
    faults: () => advice({}),
  },
  {
    id: 'TOKENIZER_CODE_NOT_RUN',
    text: "model 'chat' has trustRemoteCode, but the OpenAI front end runs no code of a tokenizer and does not start if the tokenizer has some; check tokenizer_config.json for auto_map, or serve the model by VllmDeployment",
    faults: () =>
      advice(
        { tensorApi: TensorApiAccess.POD },
        { models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, trustRemoteCode: true })] },
      ),
  },
];
