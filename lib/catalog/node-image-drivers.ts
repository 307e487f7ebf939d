/**
 * Branches of NVIDIA's driver in the EKS-optimized AL2023 images, from the first release to the last that was seen with each. In the release
 * of 2025-10-23 it depends on the Kubernetes version; it is left out.
 *
 * Source: `kmod-nvidia-latest-dkms` of `AL2023_x86_64_NVIDIA` and `AL2023_ARM_64_NVIDIA` in the change log of the images, every release from
 * 20250519 to 20260714.
 *
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/CHANGELOG.md
 */
const DRIVERS: readonly { readonly since: string; readonly until: string; readonly major: number }[] = [
  { since: '20250519', until: '20250704', major: 570 },
  { since: '20250715', until: '20250715', major: 575 },
  { since: '20250807', until: '20251016', major: 570 },
  { since: '20251029', until: '20260714', major: 580 },
];

/** A release that must not be used, and where AWS says so. */
interface BannedRelease {
  readonly date: string;
  /** First and last Kubernetes minor whose image is concerned, e.g. 31 for 1.31. */
  readonly minors: readonly [first: number, last: number];
  readonly reason: string;
  readonly source: string;
}

/** Releases of the AL2023 images that AWS warns of in their own release notes. */
const BANNED: readonly BannedRelease[] = [
  {
    date: '20261003',
    minors: [31, 35],
    reason: 'its kernel 6.12.110 may panic',
    source: 'https://github.com/awslabs/amazon-eks-ami/issues/2845',
  },
];

/** Minor version of Kubernetes and date of a release such as `1.35.6-20260714`. */
function partsOf(release: string): { readonly minor: number; readonly date: string } | undefined {
  const [, minor, date] = /^1\.(\d{2})\.\d+-(\d{8})$/.exec(release) ?? [];
  return date === undefined ? undefined : { minor: Number(minor), date };
}

/**
 * Branch of NVIDIA's driver in a release of the AL2023 image, e.g. 580; undefined for releases that were not seen.
 *
 * @param release the release, e.g. `1.35.6-20260714`
 *
 * @internal
 */
export function nodeImageDriver(release: string | undefined): number | undefined {
  const { date } = partsOf(`${release}`) ?? {};
  if (date === undefined) return undefined;
  return DRIVERS.find(({ since, until }) => date >= since && date <= until)?.major;
}

/**
 * Why a release of the AL2023 image must not be used, for the middle of a sentence; undefined for all others.
 *
 * @param release the release, e.g. `1.35.6-20261003`
 *
 * @internal
 */
export function bannedNodeImage(release: string): string | undefined {
  const parts = partsOf(release);
  const found = BANNED.find(
    ({ date, minors: [first, last] }) => date === parts?.date && parts.minor >= first && parts.minor <= last,
  );
  return found && `${found.reason} (${found.source})`;
}
