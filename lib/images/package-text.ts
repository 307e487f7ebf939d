import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/** A package with one version, as PEP 508 and PEP 440 write them: neither URLs nor ranges, which may be another thing tomorrow. */
const PINNED =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(\[[A-Za-z0-9._,-]+\])?==((?:\d+!)?\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[A-Za-z0-9.]+)?)$/;

/**
 * Name of a pinned package in the form in which names are compared (PEP 503).
 *
 * @internal
 */
export function packageName(pinned: string): string {
  return (PINNED.exec(pinned)?.[1] ?? pinned).toLowerCase().replace(/[-_.]+/g, '-');
}

/**
 * Version of a pinned package, without its local part.
 *
 * @internal
 */
export function packageVersion(pinned: string): string | undefined {
  return PINNED.exec(pinned)?.[3].replace(/\+.*$/, '');
}

/**
 * The faults of a list of packages: each has one version, and none stands twice.
 *
 * @internal
 */
export function packagesFaults(property: string, packages: readonly string[] | undefined): Fault[] {
  const names = (packages ?? []).map((each) => (typeof each === 'string' ? packageName(each) : ''));
  return (packages ?? []).flatMap((each, i) => {
    const at = `${property}[${i}]`;
    if (typeof each !== 'string' || !PINNED.test(each)) {
      const reason =
        `${at} must be a package of PyPI with its version, e.g. 'numpy==1.26.4': ranges and URLs change what is built, and URLs may hold a ` +
        `secret; got ${givenValue(each)}`;
      return [fault('PACKAGE_NOT_PINNED', at, reason)];
    }
    if (names.indexOf(names[i]) === i) return [];
    return [fault('DUPLICATE', at, `${at} '${each}' is in the list already; keep one version of it`)];
  });
}
