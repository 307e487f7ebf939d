import { CpuArchitecture } from '../../catalog/cpu-architecture';
import { EdgePlatform } from '../../catalog/edge-hardware-props';
import { K3sRelease, sha256Faults } from '../../catalog/k3s-release';
import { concreteFault } from '../../core/tokens';
import { labelSyntaxFaults } from '../../kubernetes/label-syntax';
import { settingFault } from '../../planning/power-model';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { structFaults } from '../../units/struct-faults';
import { allOf } from '../../units/unreadable';
import { EdgeBootstrapProps, EdgeBundleFile } from './edge-bootstrap-props';

/** Names without what a shell, a list of checksums or a path reads in another way. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+~-]*\.(tar|tar\.zst|deb)$/;
const NODE_NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/**
 * What is wrong with how a machine is set up.
 *
 * @internal
 */
export function edgeBootstrapFaults(props: EdgeBootstrapProps): Fault[] {
  const wrong = structFaults('EdgeBootstrapProps', props);
  if (wrong.length > 0) return wrong;
  const { hardware, nodeName, k3s = K3sRelease.DEFAULT, files = [], nodeLabels, servingImage } = props;
  const { architecture } = hardware;
  return allOf(
    () => nameFaults(nodeName),
    () => labelSyntaxFaults('nodeLabels', nodeLabels),
    () => concreteFault('nodeLabels', nodeLabels, 'they go into a file of the machine'),
    () => files.flatMap((file, i) => fileFaults(`files[${i}]`, file)),
    () =>
      duplicateFaults(
        'files',
        files.map(({ name }) => name),
      ),
    () => {
      if (k3s._files(architecture)) return [];
      const reason = `the checksums of k3s ${k3s} are not given for ${architecture}, which ${hardware} has; give K3sRelease.custom those of ${architecture}`;
      return [fault('EDGE_HARDWARE_LACKS_FEATURE', 'k3s', reason)];
    },
    () => {
      if (servingImage === undefined) return [];
      const { architectures: imageArchitectures, versions } = servingImage;
      const found = hardware._needFaults({ imageArchitectures, cudaVersion: cudaOf(versions) });
      return found.map(({ id, reason }) => fault(id, 'servingImage', reason));
    },
    () => powerFaults(props),
  );
}

/** Version of CUDA in an image: of what is built from a server's image, that of its release is not among its versions. */
function cudaOf(versions: { readonly [name: string]: string }): string | undefined {
  return versions.cuda ?? ((versions.vllm ?? versions.triton) ? 'of its server' : undefined);
}

function nameFaults(name: string): Fault[] {
  if (NODE_NAME.test(name)) return [];
  const allowed = 'at most 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends';
  return [fault('INVALID_NAME', 'nodeName', `nodeName must consist of ${allowed}; got ${givenValue(name)}`)];
}

function fileFaults(at: string, { name, sha256, address }: EdgeBundleFile): Fault[] {
  return allOf(
    () => {
      if (FILE_NAME.test(name)) return [];
      const reason = `${at}.name must be that of a .tar, .tar.zst or .deb, of letters, digits and . _ + ~ -; got ${givenValue(name)}`;
      return [fault('INVALID_NAME', `${at}.name`, reason)];
    },
    () => sha256Faults(`${at}.sha256`, sha256),
    () => {
      if (address === undefined || /^https:\/\/[^\s'"$`\\]+$/.test(address)) return [];
      const reason = `${at}.address must be an address with https, without blanks and quotes; got ${givenValue(address)}`;
      return [fault('INVALID_FORMAT', `${at}.address`, reason)];
    },
  );
}

function powerFaults({ hardware, power }: EdgeBootstrapProps): Fault[] {
  if (power === undefined) return [];
  const why =
    hardware.nodeType === undefined ? `${hardware} has no GPU to limit` : settingFault(hardware.nodeType, power);
  if (why === undefined) return [];
  return [fault('POWER_LIMIT_NOT_KNOWN', 'power', `${why}; pass the power of its plan on, or leave it out`)];
}

/** Whether an image of ONNX Runtime is built for the machine where none is given. @internal */
export function buildsOwnImage({ platform, architecture }: EdgeBootstrapProps['hardware']): boolean {
  return platform === EdgePlatform.CPU && architecture === CpuArchitecture.ARM64;
}
