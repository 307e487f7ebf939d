/**
 * What happens to data when its resource is removed from the code or changed in a way that replaces it, or when everything is destroyed.
 */
export enum RemovalPolicy {
  /** Data is kept: Terraform refuses, while it plans, to destroy or replace what holds it. */
  RETAIN = 'retain',
  /** Data is deleted with the resource, including all versions. */
  DESTROY = 'destroy',
}
