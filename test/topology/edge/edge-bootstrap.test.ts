import { createHash } from 'crypto';
import { Fn } from 'cdktf';
import {
  CapacityPlanner,
  CpuArchitecture,
  DataSize,
  EdgeBootstrap,
  EdgeBootstrapProps,
  EdgeHardware,
  GpuType,
  JetPackRelease,
  K3sRelease,
  ModelSpec,
  PowerBudget,
  ServingImage,
} from '../../../lib';
import { faultsThrown, idsOf } from '../../support/faults';
import { Machine } from './machine';

const host = { vcpus: 16, memory: DataSize.gib(32) };
const T4 = EdgeHardware.server({ ...host, gpu: GpuType.T4, gpuCount: 2 });
const ORIN = EdgeHardware.jetson({ board: GpuType.JETSON_AGX_ORIN_64GB });
const WSL2 = EdgeHardware.wsl2({ ...host, gpu: GpuType.RTX_4090 });
const ARM = EdgeHardware.cpu(host);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** A k3s whose files are short texts. */
const k3sOf = (architecture: CpuArchitecture) =>
  K3sRelease.custom({
    ...{ version: 'v1.36.4+k3s1', architecture },
    ...{ binarySha256: sha256('k3s'), imagesSha256: sha256('images of k3s') },
  });
const power = (hardware: EdgeHardware, watts: number) =>
  CapacityPlanner.forEdge({
    ...{ model: ModelSpec.LLAMA_2_13B, contextLength: 4096, concurrency: 1 },
    ...{ hardware, powerBudget: PowerBudget.ofGpus(watts) },
  }).power;

let machine: Machine;
afterEach(() => machine?.remove());

/** A machine with the files of a bootstrap, and what they list. */
function prepared(props: Partial<EdgeBootstrapProps> & { hardware: EdgeHardware }): Machine {
  const { architecture } = props.hardware;
  const arm = architecture === CpuArchitecture.ARM64;
  machine = new Machine(arm ? 'aarch64' : 'x86_64');
  const { files } = new EdgeBootstrap({ nodeName: 'till-1', k3s: k3sOf(architecture), ...props });
  for (const [name, text] of Object.entries(files)) machine.carry(name, text);
  machine.carry(arm ? 'k3s-arm64' : 'k3s', 'k3s');
  machine.carry(`k3s-airgap-images-${arm ? 'arm64' : 'amd64'}.tar.zst`, 'images of k3s');
  return machine;
}

/** Runs the bootstrap twice: the second time nothing changes. */
function twice(): { calls: string[]; files: { [file: string]: string }; output: string } {
  const first = machine.run('bootstrap.sh');
  expect(first.output).toContain('the node is set up');
  expect(first.status).toBe(0);
  const files = machine.files();
  const second = machine.run('bootstrap.sh');
  expect(second).toEqual({ status: 0, output: 'bootstrap: the node is set up\n', calls: [] });
  expect(machine.files()).toEqual(files);
  return { ...first, files };
}

describe('a machine is set up, and stays as it is when that is done again', () => {
  test('a server with two T4 of 65 W, and its images', () => {
    const image = 'an archive of images';
    const deb = 'Package: nvidia-container-toolkit\nVersion: 1.19.1\n';
    prepared({
      hardware: T4,
      power: power(T4, 130),
      nodeLabels: { 'example.com/site': 'till-1', 'nvidia.com/gpu.present': 'true' },
      files: [
        { name: 'vllm.tar', sha256: sha256(image) },
        { name: 'toolkit.deb', sha256: sha256(deb) },
      ],
    });
    machine.carry('vllm.tar', image);
    machine.carry('toolkit.deb', deb);
    const { calls, files } = twice();
    expect(calls.map((call) => call.replace(machine.root, ''))).toEqual([
      'dpkg --install /bundle/toolkit.deb',
      'systemctl daemon-reload',
      'systemctl enable edge-gpu-power',
      'systemctl restart edge-gpu-power',
      'systemctl enable k3s',
      'systemctl restart k3s',
    ]);
    expect(files['usr/local/bin/k3s']).toBe('755 k3s');
    expect(files['var/lib/rancher/k3s/agent/images/vllm.tar']).toBe(`644 ${image}`);
    expect(files['var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst']).toBe('644 images of k3s');
    expect(files['etc/systemd/system/edge-gpu-power.service']).toContain('nvidia-smi --power-limit=65');
    expect(files['etc/systemd/system/k3s.service']).toContain('ExecStart=/usr/local/bin/k3s server');
    expect(files['etc/rancher/k3s/config.yaml']).toBe(
      '600 node-name: "till-1"\nwrite-kubeconfig-mode: "0600"\nsecrets-encryption: true\ndisable:\n  - traefik\ndefault-runtime: nvidia\n' +
        'node-label:\n  - "example.com/site=till-1"\n  - "nvidia.com/gpu.present=true"\n',
    );
  });

  test('a Jetson, whose power mode comes last', () => {
    prepared({ hardware: ORIN, power: power(ORIN, 30) });
    machine.put('etc/nv_tegra_release', '# R39 (release), REVISION: 1.0, GCID: 1, BOARD: generic\n');
    const { calls, output } = twice();
    expect(calls).toEqual([
      'systemctl daemon-reload',
      'systemctl enable k3s',
      'systemctl restart k3s',
      'nvpmodel -m 2',
    ]);
    expect(output).toContain('the board may start anew now');
  });

  test('Arm without CUDA, without a driver and without a runtime for GPUs', () => {
    prepared({ hardware: ARM });
    machine.keep('no-gpu', '');
    const { files } = twice();
    expect(files['etc/rancher/k3s/config.yaml']).not.toContain('default-runtime');
  });

  test('WSL2, whose power limit is set on Windows', () => {
    prepared({ hardware: WSL2 });
    machine.put('dev/dxg', '');
    expect(twice().files['etc/rancher/k3s/config.yaml']).toContain('default-runtime: nvidia');
  });

  test('what has changed is set anew, and k3s starts anew for it', () => {
    prepared({ hardware: ARM });
    twice();
    machine.put('etc/rancher/k3s/config.yaml', 'node-name: "other"\n');
    const { calls, output } = machine.run('bootstrap.sh');
    expect(calls).toEqual(['systemctl daemon-reload', 'systemctl restart k3s']);
    expect(output).toContain('wrote /etc/rancher/k3s/config.yaml');
  });
});

describe('it ends before it writes anything', () => {
  test.each<[string, EdgeHardware, (machine: Machine) => void, RegExp]>([
    ['another user', ARM, (it) => it.keep('uid', '1000'), /run it as root/],
    ['another architecture', ARM, (it) => it.keep('machine', 'x86_64'), /is x86_64, and the files are for aarch64/],
    ['no GPU', T4, (it) => it.keep('no-gpu', ''), /install the driver, 580 or later/],
    ['no version of a driver', T4, (it) => it.keep('driver', 'N/A'), /the driver is N\/A/],
    ['an old driver', T4, (it) => it.keep('driver', '535.104.05'), /the driver is 535.104.05/],
    ['no GPU under WSL2', WSL2, () => undefined, /no \/dev\/dxg/],
    ['no Jetson', ORIN, () => undefined, /nv_tegra_release|no Jetson/],
    [
      'an older Jetson Linux',
      ORIN,
      (it) => it.put('etc/nv_tegra_release', '# R36 (release), REVISION: 4.7\n'),
      /is R36, and JetPack 7\.2 has R39/,
    ],
    ['a file that was changed', ARM, (it) => void it.carry('k3s-arm64', 'another k3s'), /not what it should be/],
  ])('%s', (_, hardware, change, said) => {
    prepared({ hardware });
    change(machine);
    const before = machine.files();
    const { status, output, calls } = machine.run('bootstrap.sh');
    expect(output).toMatch(said);
    expect(status).not.toBe(0);
    expect(calls).toEqual([]);
    expect(machine.files()).toEqual(before);
  });
});

describe('what is fetched', () => {
  const deb = 'Package: x\n';
  const fetching = () => {
    const files = [{ name: 'x.deb', sha256: sha256(deb), address: 'https://example.com/pool/x.deb' }];
    prepared({ hardware: T4, files });
    for (const name of ['k3s', 'k3s-airgap-images-amd64.tar.zst']) machine.carry(name, 'not whole');
    machine.keep('web/k3s', 'k3s');
    machine.keep('web/k3s-airgap-images-amd64.tar.zst', 'images of k3s');
    machine.keep('web/x.deb', 'Package: x');
  };

  test('comes from the addresses, is compared, and not fetched twice', () => {
    fetching();
    // The stand-in ends texts with a line break, which a checksum sees.
    const wrong = machine.run('fetch.sh');
    expect(wrong.status).toBe(1);
    expect(wrong.output).toMatch(
      /k3s from https:\/\/github.com\/k3s-io\/k3s\/releases\/download\/v1.36.4%2Bk3s1\/k3s has another checksum/,
    );
    machine.carry('k3s', 'k3s');
    machine.carry('k3s-airgap-images-amd64.tar.zst', 'images of k3s');
    const right = machine.run('fetch.sh');
    expect(right).toMatchObject({ status: 0, output: 'fetch: x.deb\n' });
    expect(right.calls.join()).toContain('https://example.com/pool/x.deb');
    expect(machine.run('fetch.sh')).toEqual({ status: 0, output: '', calls: [] });
  });
});

describe('the files', () => {
  test('of the release of k3s are pinned for both architectures', () => {
    const sums = [T4, ARM].map((hardware) => new EdgeBootstrap({ hardware, nodeName: 'n' }).files.SHA256SUMS);
    expect(sums[0]).toMatch(/^835873f3[0-9a-f]{56} {2}k3s\n9024613e[0-9a-f]{56} {2}k3s-airgap-images-amd64.tar.zst\n$/);
    expect(sums[1]).toMatch(
      /^c9207063[0-9a-f]{56} {2}k3s-arm64\n9d3c4c21[0-9a-f]{56} {2}k3s-airgap-images-arm64.tar.zst\n$/,
    );
    expect(K3sRelease.of('v1.36.4+k3s1')).toBe(K3sRelease.DEFAULT);
  });

  test('of WSL2 are those of Windows and of Linux', () => {
    const { files } = new EdgeBootstrap({ hardware: WSL2, nodeName: 'till-1' });
    expect(files['.wslconfig']).toBe(
      '[wsl2]\nmemory=32768MB\nprocessors=16\nswap=0\nguiApplications=false\nvmIdleTimeout=-1\n',
    );
    expect(files['wsl.conf']).toBe('[boot]\nsystemd=true\n\n[network]\nhostname=till-1\n');
    const limited = EdgeHardware.wsl2({ ...host, gpu: GpuType.L4 });
    const own = new EdgeBootstrap({ hardware: limited, nodeName: 'n', power: { wattsPerGpu: 60 } }).files;
    expect(own['gpu-power.cmd']).toBe('nvidia-smi.exe --power-limit=60\r\n');
    expect(own.settings).toContain("GPU_WATTS=''");
  });

  test('of Arm without CUDA have the Dockerfile with USE_CUDA=OFF', () => {
    const { files } = new EdgeBootstrap({ hardware: ARM, nodeName: 'n' });
    expect(files.Dockerfile).toBe(ServingImage.armCpu().dockerfile);
    expect(files.Dockerfile).toContain('ARG USE_CUDA=OFF');
    expect(new EdgeBootstrap({ hardware: T4, nodeName: 'n' }).files.Dockerfile).toBeUndefined();
  });

  test('are the same for the same machine, in whatever order its labels and files are given', () => {
    const file = (name: string) => ({ name, sha256: sha256(name) });
    const one = { nodeLabels: { a: '1', b: '2' }, files: [file('a.tar'), file('b.tar')] };
    const other = { nodeLabels: { b: '2', a: '1' }, files: [file('b.tar'), file('a.tar')] };
    const [first, second] = [one, other].map((more) => new EdgeBootstrap({ hardware: T4, nodeName: 'n', ...more }));
    expect(first.files).toEqual(second.files);
  });
});

test.each<[string, Partial<EdgeBootstrapProps>, string[]]>([
  ['a name that is none', { nodeName: "x'; reboot" }, ['INVALID_NAME nodeName']],
  ['a label that is none', { nodeLabels: { 'a b': 'c' } }, ["INVALID_FORMAT nodeLabels['a b']"]],
  ['a label that is not known yet', { nodeLabels: { a: Fn.upper('b') } }, ['VALUE_NOT_CONCRETE nodeLabels']],
  [
    'files that are none',
    { files: [{ name: '../k3s.tar', sha256: 'X', address: 'http://example.com/k3s.tar' }] },
    ['INVALID_NAME files[0].name', 'INVALID_FORMAT files[0].sha256', 'INVALID_FORMAT files[0].address'],
  ],
  ['a file twice', { files: [1, 2].map(() => ({ name: 'a.tar', sha256: sha256('') })) }, ['DUPLICATE files']],
  [
    'k3s without checksums of the architecture',
    { k3s: k3sOf(CpuArchitecture.X86_64) },
    ['EDGE_HARDWARE_LACKS_FEATURE k3s'],
  ],
  [
    'an image with CUDA',
    { servingImage: ServingImage.pyTorch() },
    ['EDGE_HARDWARE_LACKS_FEATURE servingImage', 'EDGE_HARDWARE_LACKS_FEATURE servingImage'],
  ],
  ['the image of vLLM', { servingImage: ServingImage.vllm() }, ['EDGE_HARDWARE_LACKS_FEATURE servingImage']],
  ['power without a GPU', { power: { wattsPerGpu: 60 } }, ['POWER_LIMIT_NOT_KNOWN power']],
])('%s is refused on Arm without CUDA', (_, given, ids) => {
  expect(idsOf(faultsThrown(() => new EdgeBootstrap({ hardware: ARM, nodeName: 'n', ...given })))).toEqual(ids);
});

test('a power mode of another board, and watts that a card cannot be set to, are refused', () => {
  const of = (hardware: EdgeHardware, wattsPerGpu: number, modeId?: number) => () =>
    new EdgeBootstrap({ hardware, nodeName: 'n', power: { wattsPerGpu, modeId } });
  for (const make of [of(T4, 40), of(T4, 60, 1), of(ORIN, 30), of(ORIN, 25, 1)])
    expect(idsOf(faultsThrown(make))).toEqual(['POWER_LIMIT_NOT_KNOWN power']);
  const old = EdgeHardware.jetson({ board: GpuType.JETSON_ORIN_NANO_8GB, jetPack: JetPackRelease.V6_2 });
  expect(new EdgeBootstrap({ hardware: old, nodeName: 'n' }).files.settings).toContain("JETSON_LINUX='36'");
});

test.each([
  [{ version: '1.36.4' }, 'INVALID_FORMAT version'],
  [{ binarySha256: 'x' }, 'INVALID_FORMAT binarySha256'],
  [{ imagesSha256: sha256('').toUpperCase() }, 'INVALID_FORMAT imagesSha256'],
])('a release of k3s with %j is refused', (given, id) => {
  const sums = { binarySha256: sha256('a'), imagesSha256: sha256('b') };
  const props = { version: 'v1.36.4+k3s1', architecture: CpuArchitecture.ARM64, ...sums, ...given };
  expect(idsOf(faultsThrown(() => K3sRelease.custom(props)))).toEqual([id]);
  expect(idsOf(faultsThrown(() => K3sRelease.of('v1.0.0+k3s1')))).toEqual(['UNKNOWN_VALUE']);
});
