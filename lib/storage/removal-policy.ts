/**
 * What happens to data when its resource is removed from the code, or everything is destroyed.
 */
export enum RemovalPolicy {
  /** Data is kept: Terraform fails to destroy a bucket that is not empty. */
  RETAIN = 'retain',
  /** Data is deleted with the resource, including all versions. */
  DESTROY = 'destroy',
}
