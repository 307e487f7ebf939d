/** E.g. `us-west-2a`, `us-gov-east-1b`, `eusc-de-east-1a`. Local Zones and Wavelength Zones (`us-west-2-lax-1a`) have further words. */
const ZONE = /^([a-z]+(?:-[a-z]+)+-\d)[a-z]$/;

/** E.g. `us-west-2-lax-1a`, `us-east-1-wl1-bos-wlz-1`. */
const LOCAL_ZONE = /^([a-z]+(?:-[a-z]+)+-\d)-[a-z0-9-]+$/;

/**
 * The region of an availability zone; undefined for any other text.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
 *
 * @internal
 */
export function regionOfZone(zone: string): string | undefined {
  return ZONE.exec(zone)?.[1];
}

/**
 * Whether a text is the name of a Local Zone or a Wavelength Zone, in which EKS has no managed node groups.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/local-zones.html
 *
 * @internal
 */
export function isLocalZone(zone: string): boolean {
  return LOCAL_ZONE.test(zone);
}
