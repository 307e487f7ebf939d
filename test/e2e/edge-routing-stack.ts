import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  CertificateAuthority,
  Duration,
  EdgeConfidence,
  EdgeFallback,
  EdgeFirstProps,
  EdgeRouting,
  GatewayAuthentication,
  GatewayBackend,
  InferenceGateway,
  KubernetesAccess,
  KubernetesCluster,
  MonitoringStack,
  MonitoringStorage,
} from '../../lib';

/** Names of requests: of what the site and the cloud have, the cloud alone, and the site alone. */
export const NAMES = { both: 'chat', cloud: 'report', site: 'records' };
export const CLOUD_MODEL = 'chat-65b';
export const SECRETS = {
  callers: 'callers',
  cloud: { name: 'cloud', key: 'site-7' },
  certificate: 'site-7-certificate',
};
export const AUTHORITY = 'cloud-authority';
/** What must stay. */
export const STAYS = { caller: 'clinic', header: 'x-data-class', value: 'personal' };
export const LIMITS = { prompt: 500, total: 1000, siteRequests: 8, failures: 3, openSeconds: 15, cloudRequests: 6 };
export const LEAST = 0.6;
const RETRY_AFTER = 7;

/**
 * Two gateways of a site before one server: one that answers for the cloud while that is away, and one that refuses.
 */
export function edgeRouting(app: App): TerraformStack {
  const stack = new TerraformStack(app, 'edge-routing');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'site-7' });
  KubernetesAccess.of(stack, cluster);
  const key = (caller: string) => ({ name: SECRETS.callers, key: caller });
  const door = (
    id: string,
    more: Pick<EdgeFirstProps, 'fallback' | 'confidence' | 'models'> & { certificate?: string },
  ) => {
    const { certificate, ...props } = more;
    return new InferenceGateway(stack, id, {
      cluster,
      replicas: 1,
      backends: [
        GatewayBackend.ofService({
          name: 'chat',
          namespace: 'inference',
          port: 8000,
          models: [NAMES.both, NAMES.site],
          basePath: '/openai/v1',
        }),
      ],
      authentication: GatewayAuthentication.apiKeys({ shop: key('shop'), [STAYS.caller]: key(STAYS.caller) }),
      edgeRouting: EdgeRouting.edgeFirst({
        cloud: {
          url: 'https://models.example.com/v1',
          models: [CLOUD_MODEL],
          authority: CertificateAuthority.configMap(AUTHORITY),
          apiKey: SECRETS.cloud,
          clientCertificate: certificate,
          maxRequests: LIMITS.cloudRequests,
          breaker: { failures: LIMITS.failures, openFor: Duration.seconds(LIMITS.openSeconds) },
        },
        mustStayLocal: {
          models: [NAMES.site],
          callers: [STAYS.caller],
          headers: { [STAYS.header]: [STAYS.value] },
        },
        atMost: { promptTokens: LIMITS.prompt, totalTokens: LIMITS.total },
        maxSiteRequests: LIMITS.siteRequests,
        siteTimeout: Duration.seconds(3),
        retryAfter: Duration.seconds(RETRY_AFTER),
        ...props,
      }),
    });
  };
  const edge = door('Edge', {
    fallback: EdgeFallback.SITE_ANSWERS,
    confidence: EdgeConfidence.header('X-Confidence', LEAST),
    models: {
      [NAMES.both]: { cloudModel: CLOUD_MODEL },
      [NAMES.cloud]: { cloudModel: CLOUD_MODEL, fallbackModel: NAMES.both },
    },
  });
  door('Strict', {
    fallback: EdgeFallback.REFUSE,
    confidence: EdgeConfidence.logprobs(LEAST),
    models: { [NAMES.both]: { cloudModel: CLOUD_MODEL }, [NAMES.cloud]: { cloudModel: CLOUD_MODEL } },
    certificate: SECRETS.certificate,
  });
  new MonitoringStack(stack, 'Monitoring', {
    cluster,
    alertReceivers: [],
    clusterMetrics: false,
    storage: MonitoringStorage.emptyDir(),
  }).watch(edge);
  return stack;
}
