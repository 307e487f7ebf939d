import { EksRelease, EksReleaseVersions } from '../../lib/catalog/eks-release';
import { faultsThrown, idsOf } from '../support/faults';

const versions: EksReleaseVersions = {
  kubernetesVersion: '1.37',
  nodeImageVersion: '1.37.1-20261101',
  vpcCni: 'v1.24.0-eksbuild.1',
  kubeProxy: 'v1.37.1-eksbuild.2',
  podIdentityAgent: 'v1.4.0-eksbuild.1',
  coreDns: 'v1.15.0-eksbuild.1',
  ebsCsiDriver: 'v1.70.0-eksbuild.1',
};

describe('releases of the table', () => {
  test.each(EksRelease.ALL.map((release) => [String(release), release] as const))(
    '%s has the format of EKS',
    (minor, release) => {
      expect(() => EksRelease.custom({ ...release })).not.toThrow();
      expect(EksRelease.of(minor)).toBe(release);
      expect(release.kubeProxy).toMatch(new RegExp(`^v${minor.replace('.', '\\.')}\\.`));
    },
  );

  test('are in order, without a minor twice, the default among them', () => {
    const minors = EksRelease.ALL.map((release) => Number(release.kubernetesVersion.split('.')[1]));
    expect(minors).toEqual([...new Set(minors)].sort((a, b) => a - b));
    expect(EksRelease.ALL).toContain(EksRelease.DEFAULT);
    expect(EksRelease.DEFAULT.kubernetesVersion).toBe('1.35');
  });

  // The release table of v20260714 in https://github.com/awslabs/amazon-eks-ami/blob/main/CHANGELOG.md
  test.each([
    ['1.34', '1.34.9-20260714'],
    ['1.35', '1.35.6-20260714'],
    ['1.36', '1.36.2-20260714'],
  ])('%s has a node image that was released', (minor, image) =>
    expect(EksRelease.of(minor).nodeImageVersion).toBe(image),
  );
});

describe('other releases', () => {
  test('are refused when unknown, with the nearest ones', () => {
    expect(() => EksRelease.of('1.29')).toThrow(
      /unknown Kubernetes version '1.29'; nearest: .*'1.34'.*EksRelease\.custom/,
    );
  });

  test('may be given whole', () => {
    expect(EksRelease.custom(versions)).toMatchObject(versions);
  });

  test.each<[string, Partial<EksReleaseVersions>, string[]]>([
    [
      'a patch for a minor',
      { kubernetesVersion: '1.37.1' },
      ['INVALID_FORMAT kubernetesVersion', 'CONFLICTING_PROPERTIES nodeImageVersion'],
    ],
    ['an image of another minor', { nodeImageVersion: '1.36.2-20260714' }, ['CONFLICTING_PROPERTIES nodeImageVersion']],
    [
      'an image id',
      { nodeImageVersion: 'ami-123' },
      ['INVALID_FORMAT nodeImageVersion', 'CONFLICTING_PROPERTIES nodeImageVersion'],
    ],
    ['an add-on without build', { coreDns: 'v1.15.0' }, ['INVALID_FORMAT coreDns']],
    ['an old vpc-cni', { vpcCni: 'v1.18.4-eksbuild.1' }, ['VERSION_TOO_OLD vpcCni']],
  ])('fail for %s', (_, change, ids) => {
    expect(idsOf(faultsThrown(() => EksRelease.custom({ ...versions, ...change })))).toEqual(ids);
  });

  test.each(['v1.18.5-eksbuild.1', 'v1.19.0-eksbuild.1', 'v2.0.0-eksbuild.1'])('take vpc-cni %s', (vpcCni) => {
    expect(EksRelease.custom({ ...versions, vpcCni }).vpcCni).toBe(vpcCni);
  });
});
