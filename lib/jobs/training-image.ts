import { IGpuNodePool } from '../core/gpu-node-pool';
import { RdmaFabricKind } from '../core/rdma-fabric';
import { hasToken } from '../core/tokens';
import { imageFaults } from '../core/container-image';
import { Fault, fault } from '../units/fault';
import { allOf, isUnreadable } from '../units/unreadable';
import { TrainingJobProps } from './training-job-props';

/** Repositories whose publishers put neither libfabric nor aws-ofi-nccl into their images. */
const WITHOUT_EFA = /^(docker\.io\/)?(pytorch\/pytorch|deepspeed\/deepspeed|nvidia\/cuda)[:@]/;

/** What `assets/fine_tune.py` imports beside PyTorch; transformers reads DeepSpeed's file by accelerate. */
const OWN_PROGRAM_NEEDS = ['transformers', 'accelerate', 'deepspeed'];

/**
 * The image of a training, by its reference.
 *
 * @internal
 */
export function trainingImage({ image, trainingImage: made }: TrainingJobProps): string {
  // One of both was given, or the training was refused.
  return image ?? made?.reference ?? '';
}

/** @internal */
export function trainingImageFaults({
  image,
  trainingImage: made,
  nodePool,
  nodes = 1,
  program,
}: TrainingJobProps): Fault[] {
  return allOf(
    () => imageFaults('image', image),
    () => {
      if (image === undefined && made === undefined) {
        const reason =
          'image is needed: a reference with PyTorch, transformers, accelerate and DeepSpeed, or trainingImage';
        return [fault('MISSING_PROPERTY', 'image', reason)];
      }
      if (image === undefined || made === undefined) return [];
      return [
        fault('CONFLICTING_PROPERTIES', 'image', 'image and trainingImage both name the image; keep one of them'),
      ];
    },
    () => (isUnreadable(made) ? [] : madeFaults(made)),
    () => (isUnreadable(made) || program !== undefined ? [] : packageFaults(made)),
    () => (isUnreadable(made) || nodes < 2 ? [] : fabricFaults({ image, made, nodePool })),
  );
}

function madeFaults(made: TrainingJobProps['trainingImage']): Fault[] {
  if (made === undefined) return [];
  if (made.reference === undefined) {
    const reason =
      'trainingImage must say where it is pulled from: give repository and digest, or repository and tag, when it is made';
    return [fault('SERVING_IMAGE_WITHOUT_REPOSITORY', 'trainingImage', reason)];
  }
  if (made.versions.torch !== undefined) return [];
  const contents = Object.keys(made.versions).join(', ');
  const reason = `trainingImage must be an image with PyTorch; got one with ${contents}; make it by ServingImage.pyTorch`;
  return [fault('SERVING_IMAGE_OF_OTHER_KIND', 'trainingImage', reason)];
}

/** The first import would end the training on all nodes. */
function packageFaults(made: TrainingJobProps['trainingImage']): Fault[] {
  if (made?.versions.torch === undefined) return [];
  const installed = new Set(made.packages.map((each) => nameOf(each)));
  const lacking = OWN_PROGRAM_NEEDS.filter((name) => !installed.has(name));
  if (lacking.length === 0) return [];
  const reason =
    `this trainingImage lacks ${lacking.join(' and ')}, which the package's own program imports, so that it would end at once; add them to packages of ` +
    "ServingImage.pyTorch, e.g. packages: ['deepspeed==0.19.8', 'accelerate==1.15.0'], or give a program of yours";
  return [fault('IMAGE_WITHOUT_PACKAGES', 'trainingImage', reason)];
}

/** Name of a package as PyPI compares it, without its version. */
function nameOf(requirement: string): string {
  const [name] = /^[\w.-]+/.exec(requirement.trim()) ?? [''];
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** NCCL would send by TCP, and say nothing. */
function fabricFaults({
  image,
  made,
  nodePool,
}: {
  readonly image?: string;
  readonly made: TrainingJobProps['trainingImage'];
  readonly nodePool: IGpuNodePool;
}): Fault[] {
  if (nodePool.fabric?.kind !== RdmaFabricKind.EFA) return [];
  const isPublished = image !== undefined && !hasToken(image) && WITHOUT_EFA.test(image);
  if (!isPublished && (made === undefined || made.efa !== undefined)) return [];
  const property = made === undefined ? 'image' : 'trainingImage';
  const reason =
    `${isPublished ? `'${image}'` : 'this trainingImage'} has neither libfabric nor the plugin by which NCCL uses EFA, so that the nodes of pool ` +
    `'${nodePool.poolName}' would send by TCP; pass a trainingImage of ServingImage.pyTorch({ efa: EfaInstaller.DEFAULT }), or an image of yours that has ` +
    'both, or give the pool RdmaFabric.none() and accept TCP';
  return [fault('IMAGE_WITHOUT_FABRIC', property, reason)];
}
