import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import {
  DataSize,
  KubernetesAccess,
  KubernetesCluster,
  ModelStore,
  ModelSync,
  RemovalPolicy,
  SiteIdentities,
  SiteIdentity,
} from '../../lib';
import { SynthesizedStack } from '../../lib/testing';
import { RELEASE_KEY } from '../topology/edge/edge-site';

export const REGION = 'us-west-2';
export const BUCKET = 'models-of-sites';
export const UNIT = 'sites';

/** What differs between two states of the cloud. */
export interface CloudProps {
  readonly certificateAuthority: string;
  readonly sites: string[];
  readonly revoked?: string[];
}

/** The cloud of some sites. */
export class Cloud extends TerraformStack {
  public constructor(app: App, { sites, ...given }: CloudProps) {
    super(app, 'cloud');
    new LocalBackend(this, { path: '../../../terraform.cloud.tfstate' });
    new AwsProvider(this, 'Aws', { region: REGION });
    const modelStore = new ModelStore(this, 'Models', { bucketName: BUCKET, removalPolicy: RemovalPolicy.DESTROY });
    const identities = new SiteIdentities(this, 'Sites', {
      ...{ modelStore, sites, models: ['chat-13b'], organizationalUnit: UNIT, ...given },
    });
    for (const site of sites) new TerraformOutput(this, site, { value: identities.of(site) });
    new TerraformOutput(this, 'key', { value: modelStore.kmsKeyArn });
  }
}

/** The configuration of the AWS CLI in a pod of a site, which knows the site alone. */
export function configurationAt(identity: SiteIdentity): string {
  const stack = new TerraformStack(Testing.app({ stackTraces: false }), identity.site);
  new LocalBackend(stack, {});
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Cluster', {
    ...{ clusterName: identity.site, configPath: '~/.kube/config', context: identity.site },
  });
  KubernetesAccess.of(stack, cluster);
  const image = 'registry.example.com/edge/aws-cli-rolesanywhere:2.38.5';
  new ModelSync(stack, 'Chat', {
    ...{ cluster, model: 'chat-13b', site: identity.site, keys: [RELEASE_KEY], modelSize: DataSize.gib(8) },
    modelStore: ModelStore.fromBucketName(stack, 'Models', BUCKET, {
      region: REGION,
      credentials: { name: 'site-certificate', rolesAnywhere: { identity, image } },
    }),
  });
  const { metadata } = SynthesizedStack.of(stack).only('kubernetes_deployment_v1').spec.template as {
    metadata: { annotations: { [name: string]: string } };
  };
  return metadata.annotations['gpu-inference-constructs/aws-config'];
}
