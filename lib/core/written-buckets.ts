import { IConstruct } from 'constructs';
import { enter, entered } from './cluster-ledger';

/** Kind of the entry in the ledger of a cluster: a bucket that a role of its pods may write, by the path of the role. */
const WRITTEN = 'written bucket';

/** A bucket that pods write. */
interface WrittenBucket {
  readonly bucketArn: string;
  /** Whether it may be of another account than the pods' role. */
  readonly isElsewhere: () => boolean;
}

/**
 * Enters a bucket that a role may write. The roles of pods are in the scope of their cluster.
 *
 * @internal
 */
export function enterWrittenBucket(role: IConstruct, bucket: WrittenBucket): void {
  const cluster = role.node.scope;
  if (cluster) enter(cluster, WRITTEN, role.node.path, role, bucket);
}

/**
 * The ARNs of buckets of other accounts that pods of a cluster may write.
 *
 * @internal
 */
export function foreignBuckets(cluster: IConstruct): string[] {
  const written = entered<WrittenBucket>(cluster, WRITTEN).map(({ value }) => value);
  return [...new Set(written.filter(({ isElsewhere }) => isElsewhere()).map(({ bucketArn }) => bucketArn))];
}
