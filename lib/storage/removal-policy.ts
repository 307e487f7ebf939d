/**
 * What becomes of data when the resource that holds it leaves the code, or everything is destroyed.
 */
export enum RemovalPolicy {
  /** Data stays: a bucket that is not empty is not destroyed, and Terraform says so. */
  RETAIN = 'retain',
  /** Data goes with the resource, every version of it. */
  DESTROY = 'destroy',
}
