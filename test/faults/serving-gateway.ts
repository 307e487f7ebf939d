import { IConstruct } from 'constructs';
import { ModelSpec } from '../../lib/catalog';
import {
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  LoadBalancerController,
  OidcIssuer,
  ServerAutoscaling,
} from '../../lib/serving';
import { Duration } from '../../lib/units';
import { Door, chat, openDoor, triton } from '../serving/support/gateway-fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const refused = (door: Door) => () => openDoor(door);

/** Front doors. */
export const TEXTS: FaultText[] = [
  {
    id: 'CANARY_LACKS_MODEL',
    property: 'backends[0].options.canary.server',
    text:
      "the canary 'test/Talk' serves 'talk', but its part of the requests names 'chat' too; give its models the same names (servedModelNames), or name " +
      'those that have a canary in models of a backend of their own',
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site), { canary: { server: chat(site, 'Talk'), percent: 5 } })],
    })),
  },
  {
    id: 'DUPLICATE',
    property: 'backends[0].options.canary.server',
    text: "'test/Chat' is the server and its own canary; make a deployment of the new version beside it",
    refuse: refused((site) => {
      const server = chat(site);
      return { backends: [GatewayBackend.of(server, { canary: { server, percent: 5 } })] };
    }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'backends[0].weight',
    text: 'weight and canary both split the requests of a model; leave weight out: the server gets what the canary does not',
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site), { weight: 9, canary: { server: chat(site, 'Talk'), percent: 5 } })],
    })),
  },
  {
    id: 'CANARY_TOO_SMALL',
    text: "the canary of 'chat' gets 60 of 100 requests, all of which 2 server(s) answer now, but has 1; raise its replicas to 2 before its part",
    faults: () => {
      const door = openDoor((site) => {
        const models = [{ name: 'next', model: ModelSpec.LLAMA_3_1_8B, servedModelNames: ['chat'] }];
        const server = chat(site, 'Next', { models });
        return {
          backends: [GatewayBackend.of(chat(site, 'Chat', { replicas: 2 }), { canary: { server, percent: 60 } })],
        };
      });
      return warningsOf(door.gateway);
    },
  },
  {
    id: 'CANARY_MAY_SLEEP',
    text: "the canary of 'chat' gets 5 of 100 requests, and may have no server at all, so that they fail until one has loaded; give it autoscaling.minReplicas of 1 as long as it gets requests",
    faults: () => {
      const wakeQuery = 'sum(rate(gateway_requests[1m]))';
      const autoscaling = ServerAutoscaling.keda({ minReplicas: 0, maxReplicas: 1, wakeQuery });
      return canaryWarned({ autoscaling });
    },
  },
  {
    id: 'CANARY_SHORTER_CONTEXT',
    text: "the canary of 'chat' takes requests of 1024 tokens with their answers, and those beside it 8192: it refuses longer ones by 400, by chance; give both the same contextLength",
    faults: () => canaryWarned({}, 1024),
  },
  {
    id: 'CLASSIC_LOAD_BALANCER',
    text: 'a Service without a class gets a Classic Load Balancer on EKS, which breaks off streams that are silent for a minute; pass LoadBalancerController.AWS or EKS_AUTO_MODE, or the annotation service.beta.kubernetes.io/aws-load-balancer-type',
    faults: () => {
      const exposure = GatewayExposure.public({ controller: LoadBalancerController.CLUSTER_DEFAULT });
      const door = openDoor((site) => {
        const connection = { eksClusterName: 'test', host: 'https://x', certificateAuthorityData: 'eA==' };
        Object.assign(site.cluster, { connection });
        return { backends: [GatewayBackend.of(chat(site))], exposure, tls: GatewayTls.secret('door') };
      });
      return warningsOf(door.gateway);
    },
  },
  {
    id: 'ENDPOINT_NOT_IN_CERTIFICATE',
    text: "the certificate is of 'models.example.com', and the endpoint of the gateway is 'door.inference.svc', so that clients within the cluster refuse it; add 'door.inference.svc' to dnsNames where the issuer is one of your own, since public ones sign no such name, or let your DNS lead the names of the certificate to the Service, and accept this",
    faults: () => {
      const tls = GatewayTls.certificate({ dnsNames: ['models.example.com'], issuer: 'letsencrypt' });
      return warningsOf(openDoor((site) => ({ backends: [GatewayBackend.of(chat(site))], tls })).site.scope);
    },
  },
  {
    id: 'GATEWAY_SHUT_OUT',
    property: 'backends[0]',
    text: "backends[0] is pods of 'inference/chat', but the network policy of 'test/Chat/Model-chat' keeps the pods of the gateway, in 'inference', from them, so that no request would arrive; add 'inference' to accessibleFrom of these servers; GatewayBackend.of with networkPolicy on lets itself in",
    faults: () => {
      const scopes: IConstruct[] = [];
      const door = refused((site) => {
        scopes.push(site.scope);
        const [{ serviceName: name, ...target }] = chat(site, 'Chat', { accessibleFrom: [] }).openAiTargets;
        const { namespace, port, models } = target;
        return { backends: [GatewayBackend.ofService({ name, namespace, port, models })] };
      });
      expect(door).toThrow('Validation failed');
      return faultsAtSynth(scopes[0]);
    },
  },
  {
    id: 'ISSUER_OF_NO_TOKEN',
    property: 'authentication.jwtOptions.issuer',
    text: "authentication.jwtOptions.issuer names the tenant 'common', which no token of Microsoft Entra ID does, so that nobody would be let in: each names the id of the caller's tenant; give that id, e.g. 'aaaabbbb-0000-cccc-1111-dddd2222eeee', in lower case",
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      authentication: GatewayAuthentication.oidc(OidcIssuer.entraId('common'), ['models']),
    })),
  },
  {
    id: 'ISSUER_OF_NO_TOKEN',
    property: 'authentication.jwtOptions.issuer',
    text: "authentication.jwtOptions.issuer is the user pool 'eu-central-1_A' in region 'eu-west-1', where no such pool is, so that nobody would be let in: its id begins with the region that it is in, as 'eu-central-1_EXAMPLE' does; give the region and the id of one pool",
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      authentication: GatewayAuthentication.oidc(OidcIssuer.cognito('eu-west-1', 'eu-central-1_A'), ['models']),
    })),
  },
  {
    id: 'MODEL_WITHOUT_WEIGHTS',
    property: 'backends[0]',
    text: "model 'chat' is in backends[0] alone, of weight 0, so that nobody would answer; leave weight out, or offer the model in another backend too (what a backend does not offer, its models leave out)",
    refuse: refused((site) => ({ backends: [GatewayBackend.of(chat(site), { weight: 0 })] })),
  },
  {
    id: 'EMPTY_LIST',
    property: 'exposure.loadBalancer.sourceRanges',
    text: 'sourceRanges must not be empty: a load balancer takes an empty list as all addresses; name those that may connect, leave it out for all, or keep exposure internal',
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      tls: GatewayTls.secret('door'),
      exposure: GatewayExposure.public({ sourceRanges: [] }),
    })),
  },
  {
    id: 'KEYS_OF_API_SERVER',
    property: 'authentication.jwtOptions.keysUrl',
    text: "authentication.jwtOptions.keysUrl is the API server of the cluster, which is no pod that a network policy could name, and gives its keys to nobody without a token; use the address that the cluster publishes them at (on EKS the issuer of its service accounts, with /keys), or set networkPolicy: false; got 'https://kubernetes.default.svc/openid/v1/jwks'",
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      authentication: GatewayAuthentication.jwt({
        issuer: 'https://kubernetes.default.svc',
        audiences: ['models'],
        keysUrl: 'https://kubernetes.default.svc/openid/v1/jwks',
      }),
    })),
  },
  {
    id: 'KEY_IN_OTHER_NAMESPACE',
    property: 'backends[0]',
    text: "the key of 'chat' is in secret 'chat-api-key' of namespace 'inference', which pods in 'edge' cannot read; put the gateway into 'inference', or name a copy of it in 'edge' as apiKey of the backend",
    refuse: refused((site) => ({ backends: [GatewayBackend.of(chat(site))], namespace: 'edge' })),
  },
  {
    id: 'MODEL_WITHOUT_WEIGHTS',
    property: 'backends[1]',
    text: "model 'chat' is in backends[0] and backends[1]: give each of them a weight, e.g. 90 and 10 for a canary, or offer it in one of them (models); got none in backends[1]",
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site), { weight: 90 }), GatewayBackend.of(triton(site))],
    })),
  },
  {
    id: 'MODEL_WITHOUT_WEIGHTS',
    property: 'backends[0]',
    text: "model 'chat' is in backends[0] and backends[1], all of weight 0, so that nobody would answer; give one of them more",
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site), { weight: 0 }), GatewayBackend.of(triton(site), { weight: 0 })],
    })),
  },
  {
    id: 'NO_OPENAI_API',
    property: 'backends[0].server',
    text: "'test/Triton' has no API of OpenAI; give a TritonDeployment openAi: {}, or use a VllmDeployment",
    refuse: refused((site) => ({ backends: [GatewayBackend.of(triton(site, { openAi: undefined }))] })),
  },
  {
    id: 'PUBLIC_WITHOUT_TLS',
    property: 'tls',
    text: 'a public gateway needs a certificate: keys and prompts would cross networks of others in the clear; give tls: GatewayTls.secret or GatewayTls.certificate, or keep exposure internal',
    refuse: refused((site) => ({ backends: [GatewayBackend.of(chat(site))], exposure: GatewayExposure.public() })),
  },
  {
    id: 'TIMEOUT_BELOW_ANSWER',
    property: 'idleTimeout',
    text: 'idleTimeout must be at least 10 s, the longest answer that the backends plan for: one that does not stream is silent for as long and would be cut off; got 5s',
    refuse: refused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      idleTimeout: Duration.seconds(5),
    })),
  },
];

/** The warnings of a gateway whose canary is another version of its model. */
function canaryWarned(more: Parameters<typeof chat>[2], contextLength?: number) {
  const models = [{ name: 'next', model: ModelSpec.LLAMA_3_1_8B, servedModelNames: ['chat'], contextLength }];
  const { gateway } = openDoor((site) => {
    const server = chat(site, 'Next', { models, ...more });
    return { backends: [GatewayBackend.of(chat(site), { canary: { server, percent: 5 } })] };
  });
  return warningsOf(gateway);
}
