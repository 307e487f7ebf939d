import { ServingImage } from '../../images/serving-image';
import { Fault, fault } from '../../units/fault';
import { isUnreadable } from '../../units/unreadable';

/**
 * What a deployment says of its image, for checks.
 *
 * @internal
 */
export interface GivenImage {
  /** What a server of this kind is called. */
  readonly server: string;
  readonly image?: ServingImage;
  /** Release in the image, if it is one of this server. */
  readonly release?: { toString(): string };
  /** The property with a reference instead, and whether it is given. */
  readonly other: { readonly property: string; readonly given: boolean };
  /** The property with a release beside it, and what is given. */
  readonly beside: { readonly property: string; readonly given?: { toString(): string } };
}

/**
 * An image that can be read; of a value of another kind nothing.
 *
 * @internal
 */
export function readableImage(image: ServingImage | undefined): ServingImage | undefined {
  return isUnreadable(image) ? undefined : image;
}

/**
 * What keeps a server from using an image, and what contradicts it.
 *
 * @internal
 */
export function servingImageFaults({ server, image, release, other, beside }: GivenImage): Fault[] {
  if (image === undefined) return [];
  const faults: Fault[] = [];
  if (release === undefined) {
    const reason = `servingImage must be an image of ${server}; got one with ${contents(image)}; make it by ServingImage.${server.toLowerCase()}`;
    faults.push(fault('SERVING_IMAGE_OF_OTHER_KIND', 'servingImage', reason));
  }
  if (image.reference === undefined) {
    const reason =
      'servingImage must say where it is pulled from: give repository and digest, or repository and tag, when it is made';
    faults.push(fault('SERVING_IMAGE_WITHOUT_REPOSITORY', 'servingImage', reason));
  }
  if (other.given) {
    const reason = `${other.property} and servingImage both name the image; keep one of them`;
    faults.push(fault('CONFLICTING_PROPERTIES', other.property, reason));
  }
  if (release !== undefined && beside.given !== undefined && `${beside.given}` !== `${release}`) {
    const reason = `${beside.property} is ${beside.given}, but servingImage is made of ${release}; leave ${beside.property} out`;
    faults.push(fault('CONFLICTING_PROPERTIES', beside.property, reason));
  }
  return faults;
}

function contents({ versions }: ServingImage): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
