/**
 * Whom a site is to AWS: what it needs to know to change its certificate for credentials. None of it is secret.
 */
export interface SiteIdentity {
  /** Name of the site. */
  readonly site: string;
  /** ARN of the anchor of the authority that issues its certificate. */
  readonly trustAnchorArn: string;
  /** ARN of its profile of IAM Roles Anywhere. */
  readonly profileArn: string;
  /** ARN of its role. */
  readonly roleArn: string;
}
