import { execFileSync, spawnSync } from 'child_process';
import { createHash } from 'crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import path from 'path';
import { VllmRelease } from '../../lib/catalog';
import { EFA_INSTALLERS } from '../../lib/catalog/efa-installers';
import { EfaInstaller, EfaInstallerProps, ServingImage } from '../../lib/images';
import { faultsThrown, idsOf } from '../support/faults';

const SHA = '0'.repeat(64);

test('says that it has EFA, and of which installer', () => {
  expect(ServingImage.vllm().efa).toBeUndefined();
  expect(ServingImage.triton().efa).toBeUndefined();
  const image = ServingImage.vllm({ efa: EfaInstaller.DEFAULT, release: VllmRelease.V0_33_0 });
  expect(image.efa).toBe(EfaInstaller.V1_49_0);
  expect(image.versions).toEqual({ vllm: '0.33.0', efa: '1.49.0' });
  expect(image.tag).toBe('vllm0.33.0-efa1.49.0');
  expect(image.dockerfile).toContain(' gpu-inference-constructs.efa="1.49.0"');
  expect(image.architectures).toEqual(ServingImage.vllm().architectures);
  expect(image.dockerfile).toMatch(/\nUSER 1000:1000\n$/);
});

test.each(EfaInstaller.ALL.map((each) => [`${each}`, each] as const))('downloads %s and no other', (version, efa) => {
  const { dockerfile } = ServingImage.vllm({ efa });
  expect(dockerfile).toContain(` https://efa-installer.amazonaws.com/aws-efa-installer-${version}.tar.gz \\\n`);
  expect(dockerfile).toContain(`echo "${efa.sha256}  `);
  expect(dockerfile).toContain('--skip-kmod --skip-limit-conf --no-verify --disable-ngc');
  expect(EfaInstaller.of(version)).toBe(efa);
});

test('every version in the table is a member', () => {
  expect(EfaInstaller.ALL.map(String)).toEqual(Object.keys(EFA_INSTALLERS));
});

test.each<[string, () => unknown, string[]]>([
  ['a version that is not in the table', () => EfaInstaller.of('1.51.0'), ['UNKNOWN_VALUE']],
  ['one without the plugin', () => custom({ version: '1.38.1' }), ['EFA_INSTALLER_LACKS_PLUGIN version']],
  ['the newest of the day', () => custom({ version: 'latest' }), ['INVALID_FORMAT version']],
  ['a checksum of MD5', () => custom({ sha256: '0'.repeat(32) }), ['INVALID_FORMAT sha256']],
  ['one that ends its line', () => custom({ sha256: `${SHA}\nRUN id` }), ['INVALID_FORMAT sha256']],
  ['it for Arm without CUDA', () => ServingImage.armCpu({ ...EFA }), ['UNKNOWN_PROPERTY efa']],
  ['it for Triton', () => ServingImage.triton({ ...EFA }), ['UNKNOWN_PROPERTY efa']],
])('refused: %s', (_, body, ids) => {
  expect(idsOf(faultsThrown(body))).toEqual(ids);
});

/** As a program without types gives it. */
const EFA: object = { efa: EfaInstaller.DEFAULT };

function custom(props: Partial<EfaInstallerProps>): EfaInstaller {
  return EfaInstaller.custom({ version: '1.51.0', sha256: SHA, ...props });
}

/** The layer itself, in a folder for its root: with a script for AWS's installer, and without a package manager and a network. */
describe('the layer', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'efa-'));
    const system = path.join(
      root,
      'usr/lib',
      `${execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim()}-linux-gnu`,
    );
    mkdirSync(system, { recursive: true });
    mkdirSync(path.join(root, 'bin'));
    mkdirSync(path.join(root, 'tmp'));
    script('apt-get', 'exit 0');
    script('ldconfig', 'exit 0');
    script('curl', `while [ "$1" != --output ]; do shift; done; cp ${root}/archive.tar.gz "$2"`);
    script('ldd', `echo "libfabric.so.1 => ${root}/opt/amazon/efa/lib/libfabric.so.1 (0x0)"`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function script(name: string, body: string): void {
    writeFileSync(path.join(root, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  /** An archive of an installer that puts these files below /opt/amazon. */
  function archive(files: readonly string[]): string {
    const folder = path.join(root, 'aws-efa-installer');
    mkdirSync(folder);
    const puts = ['efa/bin/fi_info', ...files].map((each) => `put ${root}/opt/amazon/${each}`);
    const put = 'put() { mkdir -p "${1%/*}"; printf "#!/bin/sh\\n" > "$1"; chmod +x "$1"; }';
    const text = ['#!/bin/sh', `echo "$@" > ${root}/arguments`, put, ...puts, ''].join('\n');
    writeFileSync(path.join(folder, 'efa_installer.sh'), text, { mode: 0o755 });
    execFileSync('tar', ['-czf', path.join(root, 'archive.tar.gz'), '-C', root, 'aws-efa-installer']);
    return createHash('sha256')
      .update(readFileSync(path.join(root, 'archive.tar.gz')))
      .digest('hex');
  }

  function build(props: Partial<EfaInstallerProps>): { readonly code: number | null; readonly output: string } {
    const { dockerfile } = ServingImage.vllm({ efa: custom(props) });
    const layer = dockerfile.split(/^(?=[A-Z#])/m).filter((each) => /^RUN.*efa_installer/s.test(each));
    expect(layer).toHaveLength(1);
    const here = layer[0].replace(/^RUN /, '').replace(/(?<![\w.])\/(opt\/amazon|usr\/lib|tmp|var)\b/g, `${root}/$1`);
    const env = { ...process.env, PATH: `${root}/bin:${process.env.PATH}` };
    const { status, stdout, stderr } = spawnSync('/bin/bash', ['-o', 'pipefail', '-c', here], {
      env,
      encoding: 'utf8',
    });
    return { code: status, output: `${stdout}${stderr}` };
  }

  function links(): (string | undefined)[] {
    const machine = execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim();
    return ['libnccl-net.so', 'libnccl-net-ofi.so', 'libnccl-net-aws-ofi.so'].map((name) => {
      return readlinkSync(path.join(root, 'usr/lib', `${machine}-linux-gnu`, name));
    });
  }

  test.each([
    ['1.51.0', 'ofi-nccl/lib/libnccl-net-ofi.so'],
    ['1.47.0', 'ofi-nccl/lib/x86_64-linux-gnu/libnccl-net-ofi.so'],
    ['1.40.0', 'aws-ofi-nccl/lib/libnccl-net.so'],
  ])('of %s makes %s known by every name that NCCL looks for', (version, plugin) => {
    const built = build({ version, sha256: archive([plugin]) });
    expect(built).toMatchObject({ code: 0 });
    expect(new Set(links())).toEqual(new Set([`${root}/opt/amazon/${plugin}`]));
    expect(existsSync(path.join(root, 'tmp/efa'))).toBe(false);
    const given = readFileSync(path.join(root, 'arguments'), 'utf8').trim().split(' ');
    expect(given.includes('--disable-ngc')).toBe(version === '1.51.0');
  });

  test('prefers the plugin of the installer to one that an older image left', () => {
    const [left, own] = ['aws-ofi-nccl/lib/libnccl-net.so', 'ofi-nccl/lib/libnccl-net-ofi.so'];
    expect(build({ sha256: archive([left, own]) })).toMatchObject({ code: 0 });
    expect(links()[0]).toBe(`${root}/opt/amazon/${own}`);
  });

  test('is not built with another archive, which does not run', () => {
    archive(['ofi-nccl/lib/libnccl-net-ofi.so']);
    const { code, output } = build({ sha256: SHA });
    expect(code).toBe(1);
    expect(output).toMatch(/did NOT match/);
    expect(existsSync(path.join(root, 'arguments'))).toBe(false);
  });

  test('is not built without the plugin, nor with one that has no libfabric', () => {
    const sha256 = archive([]);
    expect(build({ sha256 })).toEqual({
      code: 1,
      output: expect.stringContaining('EFA installer 1.51.0 brought no plugin of NCCL'),
    });
    rmSync(path.join(root, 'aws-efa-installer'), { recursive: true });
    script('ldd', 'echo "libfabric.so.1 => not found"');
    expect(build({ sha256: archive(['ofi-nccl/lib/libnccl-net-ofi.so']) }).code).toBe(1);
  });
});
