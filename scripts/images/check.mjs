// The Dockerfiles of images: hadolint reads each, and pip's resolver must install exactly the packages of those whose list is whole. Nothing is
// downloaded but metadata. Wheels with CUDA of PyTorch's own index are asked for on PyPI, where the same version has another CUDA; its libraries
// are left out of the comparison, and so are those that only they require.
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanEnvironment, expect, mustRun, ROOT, run } from '../support.mjs';

const OF_CUDA = /^(nvidia-|cuda-)/;
const ONLY_WITH_CUDA = ['setuptools', 'wheel'];

/** Each image with what it is: { name, dockerfile, packages, versions, architectures }. */
export async function writtenImages() {
  const program = path.join(ROOT, 'scripts', 'images', 'written.ts');
  const env = cleanEnvironment({ TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json') });
  const { stdout } = await mustRun([process.execPath, '--import', 'tsx', program], { env, capture: true });
  return JSON.parse(stdout);
}

/** Fails unless hadolint finds nothing, information included. */
export async function lint(hadolint, text) {
  const { code, stdout, stderr } = await run([hadolint, '--no-color', '--failure-threshold', 'style', '-'], {
    input: text,
    capture: true,
  });
  expect(code === 0, `${stdout}${stderr}`);
}

/** Names as PyPI compares them. */
const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, '-');

/** What pip would install for packages on a version of Python: lines `name==version`. */
export async function resolve(pip, packages, python, target) {
  const platforms = [
    'manylinux1',
    'manylinux2010',
    'manylinux2014',
    ...Array.from({ length: 35 }, (_, i) => `manylinux_2_${i + 5}`),
  ];
  const options = platforms.flatMap((each) => ['--platform', `${each}_x86_64`]);
  const asked = packages.map((each) => each.replace(/\+(cu\d+|cpu)$/, ''));
  const fixed = ['--dry-run', '--quiet', '--ignore-installed', '--only-binary=:all:', '--disable-pip-version-check'];
  // To a file: on its output pip colors it wherever FORCE_COLOR is set, to 0 too.
  const report = `${target}.json`;
  const command = [
    pip,
    'install',
    ...fixed,
    '--python-version',
    python,
    ...options,
    '--target',
    target,
    '--report',
    report,
    ...asked,
  ];
  await mustRun(command, { capture: true });
  const { install } = JSON.parse(readFileSync(report, 'utf8'));
  return install.map(({ metadata }) => `${normal(metadata.name)}==${metadata.version}`).sort();
}

/** Fails unless pip installs exactly these packages, the libraries of CUDA aside. */
export async function expectResolved(pip, { packages, versions }, target) {
  const wanted = packages
    .map((each) => each.replace(/\+(cu\d+|cpu)$/, ''))
    .map((each) => each.replace(/^[^=]+/, normal));
  const found = await resolve(pip, packages, versions.python, target);
  const extra = found.filter((each) => !wanted.includes(each) && !OF_CUDA.test(each));
  const unneeded = extra.filter((each) => !ONLY_WITH_CUDA.includes(each.replace(/=.*/, '')));
  const missing = wanted.filter((each) => !found.includes(each));
  expect(
    unneeded.length + missing.length === 0,
    `pip also installs ${unneeded.join(' ')}; and not ${missing.join(' ')}`,
  );
}

/** Fails unless the program of pipelines runs from where the step of a Dockerfile installs it, with no package but the setuptools of its list. */
export async function expectProgram({ dockerfile, packages, versions }, folder) {
  const jobs = path.join(ROOT, 'jobs');
  const built = path.join(folder, 'built');
  for (const [, from, to] of dockerfile.matchAll(/^COPY (\S+) (\S+)$/gm)) {
    cpSync(path.join(jobs, from), path.join(built, to, to.endsWith(`/${from}/`) ? '' : from), { recursive: true });
  }
  await mustRun(['python3', '-m', 'venv', path.join(folder, 'venv')]);
  const bin = path.join(folder, 'venv', 'bin');
  const setuptools = packages.filter((each) => each.startsWith('setuptools=='));
  await mustRun([path.join(bin, 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...setuptools]);
  const [, install] = /^RUN (pip install [^\n]*--no-build-isolation[^\n]*?) \\$/m.exec(dockerfile);
  const words = install.split(' ').map((word) => (word.startsWith('/') ? path.join(built, word) : word));
  await mustRun([path.join(bin, words[0]), ...words.slice(1)], { capture: true });
  const program = [path.join(bin, 'python'), '-m', 'model_pipeline', 'kinds'];
  const { stdout } = await mustRun(program, { capture: true, cwd: folder, env: cleanEnvironment() });
  const { program: version } = JSON.parse(stdout);
  expect(version === versions['model-pipeline'], `its version is ${version}, not ${versions['model-pipeline']}`);
}
