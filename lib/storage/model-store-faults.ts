import { keyArnFaults } from '../core/aws-arn';
import { AwsPlace } from '../core/aws-provider';
import { credentialFaults, regionFaults } from '../core/model-store-reach';
import { tagFaults } from '../core/tags';
import { concreteFault, hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { bucketNameFaults } from './bucket-name';
import { ModelStoreProps } from './model-store-props';
import { readerFaults } from './store-readers';

/**
 * The faults of the properties of a new store.
 *
 * @param place where it is made
 *
 * @internal
 */
export function modelStorePropsFaults(props: ModelStoreProps, place: AwsPlace): Fault[] {
  return allOf(
    () => (props.bucketName === undefined ? [] : bucketNameFaults(props.bucketName, false)),
    () => dayFaults('noncurrentVersionDays', props.noncurrentVersionDays),
    () => dayFaults('incompleteUploadDays', props.incompleteUploadDays),
    () => storeRegionFaults(props.region, place.region),
    () => credentialFaults(props.credentials),
    () => keyArnFaults('encryptionKeyArn', props.encryptionKeyArn, place),
    () => tagFaults(props.tags),
    () => readerFaults('readers', props.readers, place),
    () => readerFaults('writers', props.writers, place),
  );
}

function dayFaults(name: string, days?: number): Fault[] {
  if (days === undefined) return [];
  const unknown = concreteFault(name, days, 'it is checked against the limits of S3');
  if (unknown.length > 0) return unknown;
  return wholeNumberFault(name, days, 1);
}

/** The bucket is made where the provider acts; pods that sign for another region are sent away. */
function storeRegionFaults(region: string | undefined, made: string | undefined): Fault[] {
  const faults = regionFaults(region);
  if (faults.length > 0 || region === undefined || hasToken(region) || made === undefined || region === made)
    return faults;
  const reason =
    `region is '${region}', but the bucket is made in ${made}, for which the AWS provider is; pass a provider for ${region}, or leave region ` +
    'out';
  return [fault('STORE_IN_OTHER_REGION', 'region', reason)];
}
