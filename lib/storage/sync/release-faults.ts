import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { modelStoreFaults } from '../../core/model-store-reach';
import { kubernetesNameFault } from '../../core/naming';
import { secretFaults } from '../../core/secret-reference';
import { concreteFault, hasToken } from '../../core/tokens';
import { imageFaults } from '../../core/container-image';
import { labelSyntaxFaults } from '../../kubernetes/label-syntax';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { duplicateFaults } from '../../units/duplicate-faults';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { ModelReleaseProps } from './model-release-props';
import { wordFaults, wordListFaults } from './sync-place';

const MOST_RETRIES = 2 ** 31 - 1;

/** Names that a release or a sync has been given or has by default. @internal */
export interface ChosenNames {
  readonly name: string;
  readonly namespace: string;
  readonly channel: string;
}

/** @internal */
export function releaseFaults(props: ModelReleaseProps, { name, namespace, channel }: ChosenNames): Fault[] {
  const { model, version, number, signingKeys, modelStore, cluster } = props;
  const unknown = Object.entries({ name, namespace, channel, model, version, number }).flatMap(([property, value]) =>
    concreteFault(property, value, 'names and folders are made at synthesis'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => kubernetesNameFault('name', name),
    () => kubernetesNameFault('namespace', namespace),
    () => modelNameFaults(model, 'model'),
    () => modelVersionFaults(version),
    () => modelVersionFaults(channel, 'channel'),
    () => wholeNumberFault('number', number, 1),
    () => wordFaults('variant', props.variant),
    () => wordListFaults('sites', props.sites),
    () => siteCountFaults(props.sites),
    () => signingKeys.flatMap((key, index) => secretFaults(`signingKeys[${index}]`, key)),
    () => signingKeyCountFaults(signingKeys.length),
    () =>
      duplicateFaults(
        'signingKeys',
        signingKeys.map((key) => `${key.name}/${key.key}`),
      ),
    () =>
      faultsUnder(
        modelStoreFaults(modelStore, cluster.connection.region),
        'modelStore',
        `store '${modelStore.node.path}'`,
      ),
    () => wholeNumberFault('retries', props.retries, 0, MOST_RETRIES),
    () => imageFaults('awsCliImage', props.awsCliImage),
    () => imageFaults('pythonImage', props.pythonImage),
    () => labelSyntaxFaults('nodeSelector', props.nodeSelector),
  );
}

function signingKeyCountFaults(count: number): Fault[] {
  if (count >= 1 && count <= 4) return [];
  const reason = `signingKeys must name 1 to 4 secrets with private keys: one, and the next one during a rotation; got ${count}`;
  return [fault('OUT_OF_RANGE', 'signingKeys', reason)];
}

function siteCountFaults(sites: readonly string[] | undefined): Fault[] {
  if (sites === undefined || hasToken(sites) || sites.length > 0) return [];
  const reason =
    'sites must name at least one site, or no site would take the release; leave it out for all that follow the channel';
  return [fault('EMPTY_LIST', 'sites', reason)];
}
