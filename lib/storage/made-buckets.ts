import { IConstruct } from 'constructs';
import { partitionOf } from '../core/aws-provider';
import { enter, entered } from '../core/cluster-ledger';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';

/** Kind of entry in the ledger of an app: buckets that it makes, by their names. */
const MADE = 'made bucket';

/**
 * The fault of a bucket that another store of the program makes: its name is unique in a partition of AWS, and what destroys one store would destroy the
 * models of the other.
 *
 * @internal
 */
export function madeBucketFaults(store: IConstruct, bucketName: string | undefined, region?: string): Fault[] {
  if (bucketName === undefined || hasToken(bucketName)) return [];
  return entered(store.node.root, MADE, keyOf(bucketName, region)).map(({ owner }) => {
    const reason =
      `'${owner.node.path}' makes bucket '${bucketName}' already; use that store, or ModelStore.fromBucketName, or give this one another ` +
      'bucketName';
    return fault('DUPLICATE', 'bucketName', reason);
  });
}

/**
 * Enters a bucket that a store makes.
 *
 * @internal
 */
export function enterMadeBucket(store: IConstruct, bucketName: string | undefined, region?: string): void {
  if (bucketName !== undefined && !hasToken(bucketName)) enter(store.node.root, MADE, keyOf(bucketName, region), store);
}

function keyOf(bucketName: string, region?: string): string {
  return `${partitionOf(region) ?? 'aws'} ${bucketName}`;
}
