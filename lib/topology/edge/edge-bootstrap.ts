import { CpuArchitecture } from '../../catalog/cpu-architecture';
import { EdgePlatform } from '../../catalog/edge-hardware-props';
import { K3sFiles, K3sRelease } from '../../catalog/k3s-release';
import { ServingImage } from '../../images/serving-image';
import { scriptAsset } from '../../kubernetes/script-asset';
import { nameClass } from '../../units/own-class';
import { throwIfFaulty } from '../../units/errors';
import { buildsOwnImage, edgeBootstrapFaults } from './edge-bootstrap-faults';
import { EdgeBootstrapProps } from './edge-bootstrap-props';

/** What `uname -m` says. */
const MACHINES: { readonly [K in CpuArchitecture]: string } = { x86_64: 'x86_64', arm64: 'aarch64' };

/**
 * The files that make a machine of a site the server of a k3s cluster which starts without its uplink: a folder that is filled where there is an uplink
 * (`fetch.sh`), carried to the machine, and run there (`bootstrap.sh`), as often as one likes. docs/edge-hardware.md says how for each kind of machine.
 *
 * It is a value, which writes nothing: `files` are texts by their names.
 */
export class EdgeBootstrap {
  /** Texts of the files, by name. */
  public readonly files: { [name: string]: string };

  /**
   * @param props machine, and what it is set up with
   * @throws UnscopedValidationError with all faults: names, checksums and addresses that are none, an image that does not run there, power that cannot be
   * set so
   */
  public constructor(props: EdgeBootstrapProps) {
    throwIfFaulty(edgeBootstrapFaults(props));
    const { hardware, files = [], k3s = K3sRelease.DEFAULT } = props;
    const { binary, images } = k3s._files(hardware.architecture) as K3sFiles;
    const all = [binary, images, ...[...files].sort((a, b) => (a.name < b.name ? -1 : 1))];
    const image = props.servingImage ?? (buildsOwnImage(hardware) ? ServingImage.armCpu() : undefined);
    this.files = {
      'bootstrap.sh': scriptAsset('edge-bootstrap.sh'),
      'fetch.sh': scriptAsset('edge-fetch.sh'),
      settings: settingsText(props, binary.name),
      'config.yaml': configText(props),
      SHA256SUMS: lines(all.map(({ name, sha256 }) => `${sha256}  ${name}`)),
      downloads: lines(
        all.flatMap(({ name, sha256, address }) => (address === undefined ? [] : [`${sha256} ${name} ${address}`])),
      ),
      ...(image === undefined ? {} : { Dockerfile: image.dockerfile }),
      ...(hardware.platform === EdgePlatform.WSL2 ? wslFiles(props) : {}),
    };
  }
}

nameClass('EdgeBootstrap', EdgeBootstrap);

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

/** Parameters of `edge-bootstrap.sh`; none has a quote in it. */
function settingsText({ hardware, power }: EdgeBootstrapProps, binary: string): string {
  const { platform, architecture, runtimeClass, jetPack } = hardware;
  const onWindows = platform === EdgePlatform.WSL2;
  const driver = runtimeClass === undefined ? undefined : hardware.modelServer().minimumDriver;
  const values: [string, string | number | undefined][] = [
    ['PLATFORM', platform],
    ['MACHINE', MACHINES[architecture]],
    ['MIN_DRIVER', driver],
    ['JETPACK', jetPack?.version],
    ['JETSON_LINUX', jetPack?.linuxMajor],
    ['RUNTIME_CLASS', runtimeClass],
    ['GPU_WATTS', power?.modeId === undefined && !onWindows ? power?.wattsPerGpu : undefined],
    ['POWER_MODE', power?.modeId],
    ['K3S_BINARY', binary],
  ];
  return lines(values.map(([name, value]) => `${name}='${value ?? ''}'`));
}

/**
 * Settings of k3s: pods get the GPU without naming a class of the runtime; the front door of the library takes the place of Traefik.
 *
 * @see https://docs.k3s.io/installation/configuration
 */
function configText({ hardware, nodeName, nodeLabels = {} }: EdgeBootstrapProps): string {
  const labels = Object.entries(nodeLabels).sort(([a], [b]) => (a < b ? -1 : 1));
  return lines([
    `node-name: ${JSON.stringify(nodeName)}`,
    'write-kubeconfig-mode: "0600"',
    'secrets-encryption: true',
    'disable:',
    '  - traefik',
    ...(hardware.runtimeClass === undefined ? [] : [`default-runtime: ${hardware.runtimeClass}`]),
    ...(labels.length === 0 ? [] : ['node-label:']),
    ...labels.map(([key, value]) => `  - ${JSON.stringify(`${key}=${value}`)}`),
  ]);
}

/**
 * Files of WSL2: `.wslconfig` goes to the profile of the Windows user that runs it, `wsl.conf` to `/etc`. The idle timeout is off, or Windows
 * would end Linux when no window of it is open.
 *
 * @see https://learn.microsoft.com/windows/wsl/wsl-config
 */
function wslFiles({ hardware, nodeName, power }: EdgeBootstrapProps): { [name: string]: string } {
  return {
    '.wslconfig': lines([
      '[wsl2]',
      `memory=${Math.floor(hardware.memory.mib)}MB`,
      `processors=${hardware.vcpus}`,
      'swap=0',
      'guiApplications=false',
      'vmIdleTimeout=-1',
    ]),
    'wsl.conf': lines(['[boot]', 'systemd=true', '', '[network]', `hostname=${nodeName}`]),
    ...(power === undefined ? {} : { 'gpu-power.cmd': `nvidia-smi.exe --power-limit=${power.wattsPerGpu}\r\n` }),
  };
}
