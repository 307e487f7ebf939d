import { CpuArchitecture, GpuInstanceType, GpuNodeType, GpuType, ModelSpec, Precision } from '../../lib/catalog';
import { ExistingGpuNodePool } from '../../lib/compute';
import {
  ModelPipeline,
  ModelPipelineProps,
  ModelStep,
  PipelineEnvironment,
  PipelineImage,
  QualityGate,
  WeightGroup,
} from '../../lib/jobs';
import { stepFaults } from '../../lib/jobs/pipeline/step-faults';
import { VllmDeployment } from '../../lib/serving';
import { DataSize, Duration, Fault } from '../../lib/units';
import { TALKS, piped, propsOn } from '../jobs/pipeline/support/pipelines';
import { withSite } from '../serving/support/fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const pipe = (given: Parameters<typeof piped>[0]) => (): unknown => piped(given);

/** What is found of a server of what a pipeline makes. */
function served(
  props: Partial<ModelPipelineProps>,
  hardware: GpuInstanceType,
  found: (server: VllmDeployment) => Fault[],
): Fault[] {
  let faults: Fault[] = [];
  withSite((site) => {
    const pipeline = new ModelPipeline(site.scope, 'Quantize', propsOn(site, { outputVersion: '1-small', ...props }));
    const server = new VllmDeployment(site.scope, 'Talk', {
      ...{ cluster: site.cluster, nodePool: site.pool(hardware, 2), modelStore: site.store },
      models: [{ ...pipeline.output, contextLength: 2048 }],
    });
    faults = found(server);
    site.scope.node.tryRemoveChild('Talk');
  });
  return faults;
}

const CUDA = PipelineImage.cuda(PipelineEnvironment.COMPRESSOR, { repository: 'registry.example.com/pipeline' });

export const TEXTS: FaultText[] = [
  {
    id: 'BELOW_ACCURACY_FLOOR',
    property: 'accuracyLossPercent',
    text: 'accuracyLossPercent must be at most 3, so that 97 % of the accuracy stay; got 5; lower it, or set belowFloor where less is enough',
    refuse: () => QualityGate.of({ text: TALKS, accuracyLossPercent: 5 }),
  },
  {
    id: 'DISK_TOO_SMALL',
    property: 'disk',
    text: 'disk must be at least 5.43 GiB for source 2.3 GiB, result 983.25 MiB, and what a step reads and writes; got 1 GiB; raise it, or leave it out',
    refuse: pipe({ disk: DataSize.gib(1) }),
  },
  {
    id: 'IMAGE_FOR_OTHER_PROCESSORS',
    property: 'pipelineImage',
    text: "pipelineImage is for processors of x86_64, and the nodes of pool 'gh200' have arm64; make it by PipelineImage.cpu, or run it on other nodes",
    refuse: () =>
      withSite((site) => {
        const hardware = GpuNodeType.custom({
          ...{ name: 'gh200', gpu: GpuType.H100, gpuCount: 1, vcpus: 72, memory: DataSize.gib(480) },
          architecture: CpuArchitecture.ARM64,
        });
        const nodePool = new ExistingGpuNodePool(site.scope, 'GH200', { cluster: site.cluster, hardware, nodes: 1 });
        const given = { nodePool, image: undefined, pipelineImage: CUDA };
        return new ModelPipeline(site.scope, 'Quantize', propsOn(site, given));
      }),
  },
  {
    id: 'IMAGE_LACKS_GPU_CODE',
    property: 'pipelineImage',
    text: "pipelineImage has no CUDA, so that llm-compressor would compute on processors beside a GPU that it holds of pool 'gpu'; make it by PipelineImage.cuda, or leave nodePool out",
    refuse: pipe({
      ...{ hardware: GpuInstanceType.G6_4XLARGE, image: undefined },
      pipelineImage: PipelineImage.cpu(PipelineEnvironment.COMPRESSOR, { repository: 'registry.example.com/pipeline' }),
    }),
  },
  {
    id: 'IMAGE_WITHOUT_PACKAGES',
    property: 'pipelineImage',
    text: "pipelineImage has the environment 'compressor', which lacks onnx and onnxscript and onnxruntime, and steps[0] (onnx) needs them; make it of the environment 'core', and use a pipeline of its own for what needs another one",
    refuse: pipe({ image: undefined, pipelineImage: CUDA, steps: [ModelStep.exportOnnx()] }),
  },
  {
    id: 'OPSET_NOT_READ',
    property: 'opset',
    text: 'opset must be from 15 to 26, the highest that ONNX Runtime 1.27.0 of Triton 26.07 reads; got 40; no ONNX Runtime that was tried reads it; lower it, or pass the release of Triton that reads it',
    faults: () => stepFaults(ModelStep.exportOnnx({ opset: 40 })._facts),
  },
  {
    id: 'OUTPUT_IS_SOURCE',
    property: 'outputVersion',
    text: "outputVersion '1' of 'chat' is the source itself, which is never changed; give another version or outputName, or leave outputVersion out",
    refuse: pipe({ outputVersion: '1' }),
  },
  {
    id: 'OUTPUT_NOT_LOADED',
    property: 'models',
    text: "'chat/1-small', which 'test/Quantize' makes, cannot be served: compressed-tensors w4a16 needs compute capability 8.0, and T4 has 7.5; it loads safetensors, compressed-tensors w8a8",
    faults: () => served({ steps: [ModelStep.weightOnly(4)] }, GpuInstanceType.G4DN_XLARGE, faultsAtSynth),
  },
  {
    id: 'OUTPUT_NOT_SEEN_LOADED',
    text: 'the steps write modelopt fp8, which vLLM says that it reads, and which no test or measurement of this library has seen it load; let a server of the same GPU and image answer from it before users do, or use ModelStep.fp8(), which was seen to load',
    faults: () => warningsOf(piped({ steps: [ModelStep.modeloptFp8({ text: TALKS })] }).pipeline),
  },
  {
    id: 'PIPELINE_TAKES_TOO_LONG',
    property: 'timeout',
    text: 'the pipeline takes about 35 min on a node without GPUs, most of it checks, 34 min; more than three times its timeout of 1 s; give it more cpus, or raise timeout',
    refuse: pipe({ timeout: Duration.seconds(1) }),
  },
  {
    id: 'REMOTE_CODE_RUNS',
    text: "code in the folder of 'chat' runs in the Job; it has no credentials, but whoever wrote it decides what is published; read it, or leave trustRemoteCode out",
    faults: () => warningsOf(piped({ trustRemoteCode: true }).pipeline),
  },
  {
    id: 'STEP_DOES_NOT_FIT',
    property: 'steps[0]',
    text: 'steps[0] (w4a16) cannot run on a node without GPUs: it needs 32.99 GiB of host memory, and it can have 12.83 GiB beside what publishes (2 bytes for each parameter on the host, 1 layer(s) of them on a GPU where there is one); use nodes with more, or another step that holds less at once',
    refuse: pipe({ model: ModelSpec.LLAMA_2_13B, nodeMemory: DataSize.gib(16) }),
  },
  {
    id: 'GROUPS_DO_NOT_DIVIDE',
    property: 'steps[0]',
    text: 'steps[0] cuts weights into groups of 128, which do not divide the hidden width of 960, the width of the heads of 960 of narrow; use WeightGroup.OF_64',
    refuse: pipe({
      model: ModelSpec.dense({
        name: 'narrow',
        shape: {
          ...{ layers: 8, hiddenSize: 960, attentionHeads: 15, intermediateSize: 2560, vocabularySize: 49152 },
          maxContextLength: 8192,
        },
      }),
      precision: Precision.BF16,
    }),
  },
  {
    id: 'GROUPS_DO_NOT_DIVIDE',
    property: 'steps[0]',
    text: 'steps[0] cuts weights into blocks of 16, which do not divide the width of the feed-forward block of 2568 of uneven; use ModelStep.modeloptFp8(), which has no blocks',
    refuse: pipe({
      steps: [ModelStep.modeloptNvfp4({ text: TALKS })],
      model: ModelSpec.dense({
        name: 'uneven',
        shape: {
          ...{ layers: 8, hiddenSize: 960, attentionHeads: 15, intermediateSize: 2568, vocabularySize: 49152 },
          maxContextLength: 8192,
        },
      }),
      precision: Precision.BF16,
    }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'compressedTensorsVersion',
    text: "compressedTensorsVersion must be a version, e.g. '0.17.1'; got 'newest'",
    refuse: pipe({ compressedTensorsVersion: 'newest' }),
  },
  {
    id: 'OUTPUT_NOT_LOADED',
    property: 'models',
    text: "'chat/1-small', which 'test/Quantize' makes, cannot be served: it is written by compressed-tensors 0.19.0 as W8A16 in groups of 32, and vLLM 0.24.0 reads with 0.17.0, of which nothing shows that it loads that; write W8A8, FP8_DYNAMIC, FP8_BLOCK, W8A16 in groups of 128, W4A16 in groups of 128, W4A16 in groups of 32, W4A16 in groups of 64, which it was seen to load, or write it by an image with compressed-tensors 0.17.0 or older, and say so (compressedTensorsVersion)",
    faults: () =>
      served({ steps: [ModelStep.weightOnly(8, WeightGroup.OF_32)] }, GpuInstanceType.G5_XLARGE, faultsAtSynth),
  },
  {
    id: 'STEP_OUT_OF_ORDER',
    property: 'steps[0]',
    text: 'steps[0] (optimized) reads a graph of ONNX, but what comes before it writes weights in 16 or 32 bits; put it where it finds what it reads, or remove it',
    refuse: pipe({ steps: [ModelStep.optimizeOnnx()] }),
  },
  {
    id: 'TASKS_WITHOUT_HARNESS',
    property: 'gate.tasks',
    text: 'gate.tasks cannot be run beside steps of llm-compressor: the environment of the program that has it lacks lm-evaluation-harness; leave tasks out, and compare by the text',
    refuse: pipe({ gate: QualityGate.of({ text: TALKS, tasks: ['arc_easy'], taskData: { name: 'tasks' } }) }),
  },
];
