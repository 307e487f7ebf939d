import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { modelStoreFaults } from '../../core/model-store-reach';
import { kubernetesNameFault } from '../../core/naming';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { concreteFault } from '../../core/tokens';
import { imageFaults } from '../../core/container-image';
import { labelSyntaxFaults } from '../../kubernetes/label-syntax';
import { objectNameFaults } from '../../kubernetes/object-name';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { givenValue, positiveFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { chainFaults } from './chain-faults';
import { gateFaults } from './gate-faults';
import { ModelPipelineProps } from './model-pipeline-props';
import { pipelineImageFaults } from './pipeline-image-faults';
import { stepFaults } from './step-faults';

/** `backoffLimit` of a Job has 32 bits. */
const MOST_RETRIES = 2 ** 31 - 1;
/** Longest name: the program takes as many. */
const LONGEST_NAME = 63;

/**
 * What is wrong with a pipeline, apart from whether it can run where it is to.
 *
 * @internal
 */
export function pipelineFaults(props: ModelPipelineProps, name: string, namespace: string): Fault[] {
  const { modelName, modelVersion = '1', outputName, outputVersion, cluster, nodePool } = props;
  const texts = { name, namespace, modelName, modelVersion, outputName, outputVersion };
  const unknown = Object.entries(texts).flatMap(([property, value]) =>
    concreteFault(property, value, 'names, folders and the specification are made at synthesis'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => kubernetesNameFault('name', name, LONGEST_NAME),
    () => kubernetesNameFault('namespace', namespace),
    () => modelNameFaults(modelName, 'modelName'),
    () => modelVersionFaults(modelVersion, 'modelVersion'),
    () => (outputName === undefined ? [] : modelNameFaults(outputName, 'outputName')),
    () => (outputVersion === undefined ? [] : modelVersionFaults(outputVersion, 'outputVersion')),
    () => sameVersionFaults(props),
    () => pipelineImageFaults(props),
    () => imageFaults('awsCliImage', props.awsCliImage),
    () => writerFaults(props),
    () => stepListFaults(props),
    () => faultsUnder(gateFaults(props.gate._props), 'gate'),
    () => placeFaults(props),
    () => wholeNumberFault('retries', props.retries, 0, MOST_RETRIES),
    () => wholeNumberFault('cpus', props.cpus, 1),
    () => positiveFault('disk', props.disk?.mib),
    () => positiveFault('nodeMemory', props.nodeMemory?.mib),
    () => wholeNumberFault('timeout', props.timeout?.toSeconds(), 1),
    () => wholeNumberFault('waitTimeout', props.waitTimeout?.toSeconds(), 0),
    () => objectNameFaults('workClaim', props.workClaim),
    () => objectNameFaults('priorityClassName', props.priorityClassName),
    () => labelSyntaxFaults('nodeSelector', props.nodeSelector),
    () => (nodePool === undefined ? [] : otherClusterFault(nodePool, cluster, 'nodePool')),
    () => faultsUnder(modelStoreFaults(props.modelStore, cluster.connection.region), 'modelStore'),
  );
}

function writerFaults({ compressedTensorsVersion: version, pipelineImage }: ModelPipelineProps): Fault[] {
  if (version === undefined) return [];
  if (pipelineImage !== undefined) {
    const reason = 'compressedTensorsVersion must not be given with pipelineImage, which says it; remove one of them';
    return [fault('CONFLICTING_PROPERTIES', 'compressedTensorsVersion', reason)];
  }
  const unknown = concreteFault('compressedTensorsVersion', version, 'it is compared with what servers read with');
  if (unknown.length > 0) return unknown;
  if (typeof version === 'string' && /^\d+(\.\d+){1,3}$/.test(version)) return [];
  const reason = `compressedTensorsVersion must be a version, e.g. '0.17.1'; got ${givenValue(version)}`;
  return [fault('INVALID_FORMAT', 'compressedTensorsVersion', reason)];
}

/** A version is never changed, so nothing can be made in its own place. */
function sameVersionFaults({
  modelName,
  modelVersion = '1',
  outputName = modelName,
  outputVersion,
}: ModelPipelineProps): Fault[] {
  if (outputVersion !== modelVersion || outputName !== modelName) return [];
  const reason =
    `outputVersion '${outputVersion}' of '${outputName}' is the source itself, which is never changed; give another version or outputName, or leave ` +
    'outputVersion out';
  return [fault('OUTPUT_IS_SOURCE', 'outputVersion', reason)];
}

function stepListFaults({ steps, model, gate }: ModelPipelineProps): Fault[] {
  if (steps.length === 0) {
    const reason = 'steps must have at least one step, e.g. ModelStep.weightOnly(4); got none';
    return [fault('EMPTY_LIST', 'steps', reason)];
  }
  const facts = steps.map((each) => each._facts);
  const own = facts.flatMap((each, index) => faultsUnder(stepFaults(each), `steps[${index}]`));
  return own.length > 0 ? own : chainFaults(facts, model, gate._props);
}

/** What is said of nodes of both kinds. */
function placeFaults({ nodePool, nodeSelector, nodeMemory }: ModelPipelineProps): Fault[] {
  if (nodePool === undefined) return [];
  return Object.entries({ nodeSelector, nodeMemory })
    .filter(([, value]) => value !== undefined)
    .map(([property]) => {
      const reason = `${property} must not be given with nodePool, which says both; remove one of them`;
      return fault('CONFLICTING_PROPERTIES', property, reason);
    });
}
