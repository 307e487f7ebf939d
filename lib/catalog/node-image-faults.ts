import { Fault, fault } from '../units/fault';
import { bannedNodeImage } from './node-image-drivers';

/**
 * The fault of a release of the AL2023 image that AWS warns of.
 *
 * @param property the property that names it
 * @param release the release, e.g. `1.35.6-20261003` @default - none is given
 *
 * @internal
 */
export function bannedImageFaults(property: string, release: string | undefined): Fault[] {
  const why = typeof release === 'string' ? bannedNodeImage(release) : undefined;
  if (why === undefined) return [];
  const reason = `${property} '${release}' must not be used: ${why}; use an earlier or a later release of the image`;
  return [fault('NODE_IMAGE_BANNED', property, reason)];
}
