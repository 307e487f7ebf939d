import { Fault, fault } from '../units/fault';
import { UnscopedValidationError } from '../units/errors';
import { givenValue } from '../units/number-faults';
import { unknownNameFault } from './near-names';
import { nodeImageDriver } from './node-image-drivers';
import { bannedImageFaults } from './node-image-faults';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/**
 * Version named by the chart of August 2026; the add-on runs on every minor.
 *
 * @see https://github.com/aws/eks-node-monitoring-agent/blob/main/charts/eks-node-monitoring-agent/values.yaml
 */
const NODE_MONITORING_AGENT = 'v1.7.0-eksbuild.1';

/**
 * Versions that belong together for one Kubernetes minor version.
 */
export interface EksReleaseVersions {
  /** Kubernetes minor, e.g. `1.35`. */
  readonly kubernetesVersion: string;
  /** Release of the EKS-optimized AL2023 images (standard and NVIDIA), e.g. `1.35.6-20260714`. */
  readonly nodeImageVersion: string;
  /** Add-on `vpc-cni`, at least 1.18.5 (network policy, EFA-only interfaces), e.g. `v1.22.4-eksbuild.3`. */
  readonly vpcCni: string;
  /** Add-on `kube-proxy`. */
  readonly kubeProxy: string;
  /** Add-on `eks-pod-identity-agent`. */
  readonly podIdentityAgent: string;
  /** Add-on `coredns`. */
  readonly coreDns: string;
  /** Add-on `aws-ebs-csi-driver`. */
  readonly ebsCsiDriver: string;
  /** Add-on `eks-node-monitoring-agent`, e.g. `v1.7.0-eksbuild.1`. @default 'v1.7.0-eksbuild.1' */
  readonly nodeMonitoringAgent?: string;
  /** Major version of NVIDIA's driver in the node image, e.g. 580. @default - that of the image where the catalog knows it */
  readonly nvidiaDriverMajor?: number;
}

/**
 * Pinned versions of one Kubernetes minor on EKS: node images and add-ons.
 *
 * Sources. Node images: the release table of v20260714 in the change log of the images, where every minor listed here has NVIDIA
 * driver 580.159.03 and EFA 3.1.0. Add-ons: the version that `aws eks describe-addon-versions --kubernetes-version <minor>` marks
 * as default, as recorded on clusters created in September 2026 (1.35, 1.36) and June 2026 (1.34). The default is 1.35: standard
 * support of 1.34 ends on 2026-12-02, that of 1.35 on 2027-03-27. Images of 1.37 exist since October 2026 (release v20261003), but the versions of
 * its add-ons were not seen, so it has no row.
 *
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/CHANGELOG.md
 * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html
 */
export class EksRelease {
  /** Kubernetes 1.34. */
  public static readonly V1_34 = new EksRelease({
    kubernetesVersion: '1.34',
    nodeImageVersion: '1.34.9-20260714',
    vpcCni: 'v1.21.2-eksbuild.2',
    kubeProxy: 'v1.34.6-eksbuild.11',
    podIdentityAgent: 'v1.3.10-eksbuild.3',
    coreDns: 'v1.12.4-eksbuild.17',
    ebsCsiDriver: 'v1.62.0-eksbuild.1',
    nvidiaDriverMajor: 580,
  });

  /** Kubernetes 1.35. */
  public static readonly V1_35 = new EksRelease({
    kubernetesVersion: '1.35',
    nodeImageVersion: '1.35.6-20260714',
    vpcCni: 'v1.22.4-eksbuild.3',
    kubeProxy: 'v1.35.3-eksbuild.29',
    podIdentityAgent: 'v1.3.10-eksbuild.3',
    coreDns: 'v1.13.2-eksbuild.31',
    ebsCsiDriver: 'v1.66.0-eksbuild.1',
    nvidiaDriverMajor: 580,
  });

  /** Kubernetes 1.36. */
  public static readonly V1_36 = new EksRelease({
    kubernetesVersion: '1.36',
    nodeImageVersion: '1.36.2-20260714',
    vpcCni: 'v1.22.4-eksbuild.3',
    kubeProxy: 'v1.36.0-eksbuild.25',
    podIdentityAgent: 'v1.3.10-eksbuild.3',
    coreDns: 'v1.14.3-eksbuild.23',
    ebsCsiDriver: 'v1.66.0-eksbuild.1',
    nvidiaDriverMajor: 580,
  });

  /** The default release of clusters. */
  public static readonly DEFAULT = EksRelease.V1_35;

  /** Every release in the table, oldest first. */
  public static readonly ALL: EksRelease[] = Object.freeze([
    EksRelease.V1_34,
    EksRelease.V1_35,
    EksRelease.V1_36,
  ]) as EksRelease[];

  /**
   * The release of a Kubernetes minor. Throws an `UnscopedValidationError` for a minor that the table does not have.
   *
   * @param kubernetesVersion e.g. `1.35`
   */
  public static of(kubernetesVersion: string): EksRelease {
    const known = EksRelease.ALL.find((release) => release.kubernetesVersion === kubernetesVersion);
    if (known) return known;
    if (typeof kubernetesVersion !== 'string') {
      throw new UnscopedValidationError([
        fault(
          'INVALID_FORMAT',
          undefined,
          `a Kubernetes version must be a text such as '1.35', in quotes; got ${givenValue(kubernetesVersion)}`,
        ),
      ]);
    }
    const names = EksRelease.ALL.map((release) => release.kubernetesVersion);
    throw new UnscopedValidationError([
      unknownNameFault(
        'Kubernetes version',
        kubernetesVersion,
        names,
        'pass the versions of another minor with EksRelease.custom({...})',
      ),
    ]);
  }

  /**
   * Custom versions, for a minor that the table lacks or for a later image. Throws an `UnscopedValidationError` with every
   * version that is not in the format of EKS, for a `vpc-cni` below 1.18.5, and for an image that AWS warns of.
   *
   * @param versions the versions
   */
  public static custom(versions: EksReleaseVersions): EksRelease {
    const faults = releaseFaults(versions);
    if (faults.length > 0) throw new UnscopedValidationError(faults);
    return new EksRelease(versions);
  }

  /** Kubernetes minor, e.g. `1.35`. */
  public readonly kubernetesVersion: string;
  /** Release of the EKS-optimized AL2023 images, standard and NVIDIA alike. */
  public readonly nodeImageVersion: string;
  /** Add-on `vpc-cni`. */
  public readonly vpcCni: string;
  /** Add-on `kube-proxy`. */
  public readonly kubeProxy: string;
  /** Add-on `eks-pod-identity-agent`. */
  public readonly podIdentityAgent: string;
  /** Add-on `coredns`. */
  public readonly coreDns: string;
  /** Add-on `aws-ebs-csi-driver`. */
  public readonly ebsCsiDriver: string;
  /** Add-on `eks-node-monitoring-agent`. */
  public readonly nodeMonitoringAgent: string;
  /** Major version of NVIDIA's driver in the node image. @default - not known */
  public readonly nvidiaDriverMajor?: number;

  private constructor(versions: EksReleaseVersions) {
    this.kubernetesVersion = versions.kubernetesVersion;
    this.nodeImageVersion = versions.nodeImageVersion;
    this.vpcCni = versions.vpcCni;
    this.kubeProxy = versions.kubeProxy;
    this.podIdentityAgent = versions.podIdentityAgent;
    this.coreDns = versions.coreDns;
    this.ebsCsiDriver = versions.ebsCsiDriver;
    this.nodeMonitoringAgent = versions.nodeMonitoringAgent ?? NODE_MONITORING_AGENT;
    this.nvidiaDriverMajor = versions.nvidiaDriverMajor ?? nodeImageDriver(versions.nodeImageVersion);
  }

  /** The Kubernetes minor. */
  public toString(): string {
    return this.kubernetesVersion;
  }
}

checkArguments('EksRelease', EksRelease);

const MINOR = /^1\.\d{2}$/;
const NODE_RELEASE = /^1\.\d{2}\.\d+-\d{8}$/;
const ADD_ON = /^v(\d+)\.(\d+)\.(\d+)-eksbuild\.\d+$/;

/** Lowest `vpc-cni` that lays out EFA-only interfaces. */
const MIN_VPC_CNI_VERSION = [1, 18, 5];

function releaseFaults(versions: EksReleaseVersions): Fault[] {
  const { kubernetesVersion, nodeImageVersion } = versions;
  const addOns = ['vpcCni', 'kubeProxy', 'podIdentityAgent', 'coreDns', 'ebsCsiDriver'] as const;
  return allOf(
    () =>
      MINOR.test(kubernetesVersion)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'kubernetesVersion',
              `kubernetesVersion must be a minor version such as '1.35'; got '${kubernetesVersion}'`,
            ),
          ],
    () =>
      NODE_RELEASE.test(nodeImageVersion)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'nodeImageVersion',
              `nodeImageVersion must be written as '1.35.6-20260714'; got '${nodeImageVersion}'`,
            ),
          ],
    () => bannedImageFaults('nodeImageVersion', nodeImageVersion),
    () =>
      `${nodeImageVersion}`.startsWith(`${kubernetesVersion}.`)
        ? []
        : [
            fault(
              'CONFLICTING_PROPERTIES',
              'nodeImageVersion',
              `nodeImageVersion must be a release for Kubernetes ${kubernetesVersion} and begin with it; got '${nodeImageVersion}'`,
            ),
          ],
    ...addOns.map((name) => () => {
      if (ADD_ON.test(versions[name])) return [];
      const reason = `${name} must be written as 'v1.22.4-eksbuild.3'; got '${versions[name]}'`;
      return [fault('INVALID_FORMAT', name, reason)];
    }),
    () =>
      versions.nodeMonitoringAgent === undefined || ADD_ON.test(versions.nodeMonitoringAgent)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'nodeMonitoringAgent',
              `nodeMonitoringAgent must be written as 'v1.7.0-eksbuild.1'; got '${versions.nodeMonitoringAgent}'`,
            ),
          ],
    () =>
      isBelow(versions.vpcCni, MIN_VPC_CNI_VERSION)
        ? [
            fault(
              'VERSION_TOO_OLD',
              'vpcCni',
              `vpcCni must be at least v1.18.5, which EFA-only interfaces need; got '${versions.vpcCni}'`,
            ),
          ]
        : [],
  );
}

function isBelow(version: string, lowest: readonly number[]): boolean {
  const parts = ADD_ON.exec(version)?.slice(1).map(Number);
  const different = parts?.findIndex((part, index) => part !== lowest[index]) ?? -1;
  return parts !== undefined && different >= 0 && parts[different] < lowest[different];
}
