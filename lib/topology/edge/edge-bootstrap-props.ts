import { EdgeHardware } from '../../catalog/edge-hardware';
import { K3sRelease } from '../../catalog/k3s-release';
import { ServingImage } from '../../images/serving-image';
import { PowerSetting } from '../../planning/plan-parts';

/** A file that a machine is set up with, besides those of k3s. */
export interface EdgeBundleFile {
  /** Name: archives of images end with `.tar` or `.tar.zst`, packages of Debian with `.deb`. */
  readonly name: string;
  /** SHA-256 of it, 64 lower-case hexadecimal digits: a machine is not set up with another one. */
  readonly sha256: string;
  /** Where `fetch.sh` gets it, an address with `https`. @default - it is put into the folder by hand */
  readonly address?: string;
}

/** How a machine of a site is set up. */
export interface EdgeBootstrapProps {
  /** Machine. */
  readonly hardware: EdgeHardware;
  /** Name of the node in its cluster: lower-case letters, digits, dots and hyphens. */
  readonly nodeName: string;
  /** Release of k3s. @default K3sRelease.DEFAULT */
  readonly k3s?: K3sRelease;
  /** How the power of its GPUs is limited: `plan.power`. @default - it is not */
  readonly power?: PowerSetting;
  /** Labels of the node, by which pools find it. @default - none */
  readonly nodeLabels?: { [key: string]: string };
  /**
   * Archives of the images that its pods run, and packages such as those of the NVIDIA Container Toolkit: what the site must have without its uplink.
   * @default - none: pods pull their images when they start, and the toolkit is on the machine
   */
  readonly files?: EdgeBundleFile[];
  /**
   * Image of the server there, of which architecture and CUDA are checked; its Dockerfile is among the files.
   * @default - without CUDA `ServingImage.armCpu` on Arm; elsewhere the server's own image
   */
  readonly servingImage?: ServingImage;
}
