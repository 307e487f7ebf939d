// The program that E2E_TERRAFORM names, else Terraform or OpenTofu from PATH.
import { run, which } from '../../../scripts/support.mjs';

const MINIMUM = [1, 5];

/** @returns {Promise<{file: string, product: string, version: string}>} the program and what it is */
export async function prepareTerraform() {
  const found = [];
  const asked = process.env.E2E_TERRAFORM;
  for (const name of asked ? [asked] : ['terraform', 'tofu']) {
    const file = which(name);
    if (!file) continue;
    const { code, stdout } = await run([file, 'version'], {
      capture: true,
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    });
    const version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (code !== 0 || !version) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) {
      return { file, product: /^OpenTofu v/m.test(stdout) ? 'OpenTofu' : 'Terraform', version };
    }
    found.push(`${name} ${version}`);
  }
  throw new Error(
    `Terraform ${MINIMUM.join('.')} or later or OpenTofu is not on PATH${found.length ? ` (found ${found.join(', ')})` : ''}`,
  );
}
