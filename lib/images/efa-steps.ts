import { EfaInstaller } from './efa-installer';

/** Where the archive is unpacked while the layer is built. */
const FOLDER = '/tmp/efa';

/**
 * Names by which NCCL looks for a plugin: `libnccl-net.so` by default, `libnccl-net-<NCCL_NET_PLUGIN>.so` where that variable is set, to `ofi` by
 * people and to `aws-ofi` by images of NVIDIA's (NVIDIA/exemplar-performance#39).
 *
 * @see https://github.com/NVIDIA/nccl/blob/master/src/plugin/plugin_open.cc
 */
const NAMES = ['libnccl-net.so', 'libnccl-net-ofi.so', 'libnccl-net-aws-ofi.so'];

/**
 * Installs libfabric and aws-ofi-nccl in one layer, which keeps nothing of the installer, and fails without them.
 *
 * The plugin stands in another folder by version and architecture (/opt/amazon/ofi-nccl/lib, its subfolder of the architecture,
 * /opt/amazon/aws-ofi-nccl/lib). ldconfig would only make it known by the name inside it, which is one of `NAMES`; in the folder of the system,
 * the loader finds each of them, whatever LD_LIBRARY_PATH a pod sets. libfabric is found by ldconfig: the installer's package efa-profile writes
 * /etc/ld.so.conf.d/000_efa.conf.
 *
 * @internal
 */
export function efaSteps(installer: EfaInstaller): string[] {
  const { version, sha256 } = installer;
  const archive = `${FOLDER}/installer.tar.gz`;
  const folders = '/opt/amazon/ofi-nccl /opt/amazon/aws-ofi-nccl';
  return [
    "# EFA: libfabric and the plugin of NCCL, by the installer of AWS. The kernel module is the node's.",
    '# hadolint ignore=DL3008',
    [
      'RUN export DEBIAN_FRONTEND=noninteractive',
      'apt-get update',
      'apt-get install --yes --no-install-recommends ca-certificates curl',
      `mkdir ${FOLDER}`,
      `curl --fail --silent --show-error --location --retry 5 --output ${archive} https://efa-installer.amazonaws.com/aws-efa-installer-${version}.tar.gz`,
      `echo "${sha256}  ${archive}" | sha256sum --check --strict`,
      `tar --extract --file ${archive} --directory ${FOLDER}`,
      `env --chdir=${FOLDER}/aws-efa-installer ./efa_installer.sh ${installer._options.join(' ')}`,
      `rm -rf ${FOLDER} /var/lib/apt/lists/*`,
      `plugin="$(find ${folders} -type f -name 'libnccl-net*.so*' -print -quit 2> /dev/null || true)"`,
      `if [ -z "$plugin" ]; then echo 'EFA installer ${version} brought no plugin of NCCL' >&2; exit 1; fi`,
      `for name in ${NAMES.join(' ')}; do ln -sf "$plugin" "/usr/lib/$(uname -m)-linux-gnu/$name"; done`,
      'ldconfig',
      `ldd "$plugin" | grep --count 'libfabric[.]so.* => /opt/amazon/efa/'`,
      '/opt/amazon/efa/bin/fi_info --version',
    ].join(' \\\n && '),
  ];
}
