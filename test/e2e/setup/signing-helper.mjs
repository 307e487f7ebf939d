// AWS's credential helper of IAM Roles Anywhere, built from its Go module: the newest one that the proxy of modules has.
import { buildPrograms, pinned } from './control-plane.mjs';

const MODULE = 'github.com/aws/rolesanywhere-credential-helper';

/**
 * Makes it ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string}>} its version without `v`, and its path
 */
export async function prepareSigningHelper(cache) {
  const name = 'aws_signing_helper';
  // It speaks to tokens of PKCS #11 by C.
  const program = { name, module: 'signing-helper', package: MODULE, cgo: true };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version: pinned('signing-helper', MODULE), program: programs[name] };
}
