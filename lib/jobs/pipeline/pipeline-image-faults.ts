import { CpuArchitecture } from '../../catalog/cpu-architecture';
import { systemNodesOf } from '../../core/system-nodes';
import { imageOptionFaults } from '../../images/image-faults';
import { imageFaults } from '../../core/container-image';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { allOf, isUnreadable } from '../../units/unreadable';
import { ModelPipelineProps } from './model-pipeline-props';
import { PipelineEnvironment } from './pipeline-environment';
import { PipelineImage } from './pipeline-image';
import { GPU_STEPS, StepFacts } from './step-facts';

/**
 * The image of a pipeline, by its reference.
 *
 * @internal
 */
export function pipelineImageOf({ image, pipelineImage }: ModelPipelineProps): string {
  // One of both was given, or the pipeline was refused.
  return image ?? pipelineImage?.reference ?? '';
}

/**
 * The compressed-tensors that a pipeline writes by: that of its image, or where the image is only a reference what is said of it, else that of the environment of this
 * package.
 *
 * @internal
 */
export function writerOf({ pipelineImage, compressedTensorsVersion }: ModelPipelineProps): string {
  if (compressedTensorsVersion !== undefined) return compressedTensorsVersion;
  const environments = [pipelineImage?.environment, PipelineEnvironment.COMPRESSOR];
  return environments.map((each) => each?._version('compressed-tensors')).find((each) => each !== undefined) ?? '';
}

/**
 * What is wrong with the image of a pipeline: none or two are given, or it lacks what its steps, checks or nodes need.
 *
 * @internal
 */
export function pipelineImageFaults(props: ModelPipelineProps): Fault[] {
  const { image, pipelineImage: made } = props;
  return allOf(
    () => imageFaults('image', image),
    () => {
      if (image === undefined && made === undefined) {
        const reason =
          "image is needed: the one with the program model_pipeline, e.g. 'registry.example.com/team/model-pipeline:1', or pipelineImage";
        return [fault('MISSING_PROPERTY', 'image', reason)];
      }
      if (image === undefined || made === undefined) return [];
      const reason = 'image and pipelineImage both name the image; keep one of them';
      return [fault('CONFLICTING_PROPERTIES', 'image', reason)];
    },
    () => (made === undefined || isUnreadable(made) ? [] : madeFaults(made, props)),
  );
}

function madeFaults(made: PipelineImage, props: ModelPipelineProps): Fault[] {
  const steps = props.steps.map(({ _facts }) => _facts);
  return allOf(
    () => {
      if (made.reference !== undefined) return [];
      const reason =
        'pipelineImage must say where it is pulled from: give repository and digest, or repository and tag, when it is made';
      return [fault('SERVING_IMAGE_WITHOUT_REPOSITORY', 'pipelineImage', reason)];
    },
    () => packageFaults(made, steps, props),
    () => gpuFaults(made, steps, props),
    () => architectureFaults(made, props),
  );
}

/** The program would end at once: it asks for all packages of all steps first. */
function packageFaults(
  { environment }: PipelineImage,
  steps: readonly StepFacts[],
  { gate }: ModelPipelineProps,
): Fault[] {
  const named: [string, string][] = steps.map(({ kind, short }, index) => [kind, `steps[${index}] (${short})`]);
  if (gate._props.tasks !== undefined) named.push(['tasks', 'gate.tasks']);
  return named.flatMap(([kind, name]) => {
    const lacking = environment._lacks(kind);
    if (lacking.length === 0) return [];
    const others = PipelineEnvironment.ALL.filter((each) => each._lacks(kind).length === 0);
    const reason =
      `pipelineImage has the environment '${environment}', which lacks ${lacking.join(' and ')}, and ${name} needs ${lacking.length > 1 ? 'them' : 'it'}; ` +
      `make it of the environment ${others.map((each) => `'${each}'`).join(' or ')}, and use a pipeline of its own for what needs another one`;
    return [fault('IMAGE_WITHOUT_PACKAGES', 'pipelineImage', reason)];
  });
}

function gpuFaults(
  { cudaVersion: cuda }: PipelineImage,
  steps: readonly StepFacts[],
  { nodePool }: ModelPipelineProps,
): Fault[] {
  if (nodePool === undefined) return [];
  const { hardware, driverMajor } = nodePool;
  if (cuda !== undefined) {
    const faults = imageOptionFaults({ gpus: [hardware.gpu], driverMajor }, cuda);
    return faultsUnder(faults, 'pipelineImage');
  }
  const computing = steps.map(({ kind }) => GPU_STEPS[kind]).find((each) => each !== undefined);
  if (computing === undefined) return [];
  const reason =
    `pipelineImage has no CUDA, so that ${computing} would compute on processors beside a GPU that it holds of pool '${nodePool.poolName}'; make it by ` +
    'PipelineImage.cuda, or leave nodePool out';
  return [fault('IMAGE_LACKS_GPU_CODE', 'pipelineImage', reason)];
}

function architectureFaults(
  { image }: PipelineImage,
  { cluster, nodePool, nodeSelector }: ModelPipelineProps,
): Fault[] {
  const system = nodeSelector === undefined ? systemNodesOf(cluster)?.value : undefined;
  const architecture: CpuArchitecture | undefined = nodePool?.hardware.architecture ?? system?.architecture;
  if (architecture === undefined || image.architectures.includes(architecture)) return [];
  const where = nodePool === undefined ? 'the system nodes' : `the nodes of pool '${nodePool.poolName}'`;
  const reason =
    `pipelineImage is for processors of ${image.architectures.join(' and ')}, and ${where} have ${architecture}; make it by PipelineImage.cpu, or run it on ` +
    'other nodes';
  return [fault('IMAGE_FOR_OTHER_PROCESSORS', 'pipelineImage', reason)];
}
