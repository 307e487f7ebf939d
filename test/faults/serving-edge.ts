import {
  CloudUpstream,
  EdgeConfidence,
  EdgeFallback,
  EdgeFirstProps,
  EdgeRouting,
  GatewayAuthentication,
  GatewayBackend,
  InferenceGatewayProps,
} from '../../lib/serving';
import { Duration } from '../../lib/units';
import { chat, openAiDoor, openDoor, triton } from '../serving/support/gateway-fixtures';
import { Site } from '../serving/support/fixtures';
import { FaultText } from './fault-text';

const CLOUD: CloudUpstream = {
  url: 'https://models.example.com/v1',
  models: ['chat-65b'],
  apiKey: { name: 'cloud', key: 'site' },
};
const EDGE: EdgeFirstProps = {
  cloud: CLOUD,
  models: { chat: { cloudModel: 'chat-65b' } },
  fallback: EdgeFallback.SITE_ANSWERS,
};
const refused =
  (
    more: Partial<EdgeFirstProps>,
    door: Partial<InferenceGatewayProps> = {},
    backend: (site: Site) => GatewayBackend = (site) => GatewayBackend.of(chat(site)),
  ) =>
  () =>
    openDoor((site) => ({
      backends: [backend(site)],
      edgeRouting: EdgeRouting.edgeFirst({ ...EDGE, ...more }),
      ...door,
    }));
const AT = 'edgeRouting.props';

/** Sites with a cloud. */
export const TEXTS: FaultText[] = [
  {
    id: 'EMPTY_LIST',
    property: `${AT}.models`,
    text: "edgeRouting.props.models must not be empty: nothing would ever go to the cloud; name what may leave the site, e.g. { chat: { cloudModel: 'chat-65b' } }, or leave out edgeRouting",
    refuse: refused({ models: {} }),
  },
  {
    id: 'CLOUD_LACKS_MODEL',
    property: `${AT}.models.report.cloudModel`,
    text: "'report' is routed to 'chat-70b', which the cloud does not serve (it serves 'chat-65b'), and nobody at the site answers it otherwise; name one of these as cloudModel",
    refuse: refused({ models: { report: { cloudModel: 'chat-70b' } } }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: `${AT}.models.report.fallbackModel`,
    text: "no backend of the site has 'talk'; fallbackModel must be one of 'chat'",
    refuse: refused({ models: { report: { cloudModel: 'chat-65b', fallbackModel: 'talk' } } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: `${AT}.models.chat.fallbackModel`,
    text: "the site has 'chat' itself, which answers under its own name while the cloud does not; leave out fallbackModel",
    refuse: refused({ models: { chat: { cloudModel: 'chat-65b', fallbackModel: 'chat' } } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: `${AT}.models.report.fallbackModel`,
    text: "fallback is REFUSE, so that 'chat' would never answer for 'report'; use EdgeFallback.SITE_ANSWERS, or leave it out",
    refuse: refused({
      models: { report: { cloudModel: 'chat-65b', fallbackModel: 'chat' } },
      fallback: EdgeFallback.REFUSE,
    }),
  },
  {
    id: 'MUST_STAY_BUT_ONLY_CLOUD',
    property: `${AT}.mustStayLocal.models[0]`,
    text: "model 'report' must stay at the site, but only the cloud has it, so that nobody could ever answer it; serve it at the site, or take it out of mustStayLocal",
    refuse: refused({ models: { report: { cloudModel: 'chat-65b' } }, mustStayLocal: { models: ['report'] } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: `${AT}.mustStayLocal.models[0]`,
    text: "model 'chat' must stay at the site, and models routes it to 'chat-65b' of the cloud; leave it out of one of them",
    refuse: refused({ mustStayLocal: { models: ['chat'] } }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: `${AT}.mustStayLocal.callers[0]`,
    text: "no caller is named 'clinik', so that nothing is kept by it; the callers are 'clinic'",
    refuse: refused(
      { mustStayLocal: { callers: ['clinik'] } },
      { authentication: GatewayAuthentication.apiKeys({ clinic: { name: 'callers', key: 'clinic' } }) },
    ),
  },
  {
    id: 'INVALID_NAME',
    property: `${AT}.mustStayLocal.headers.Authorization`,
    text: "mustStayLocal.headers.Authorization is a header that the gateway has taken or changed before it looks, so that nothing would be kept by it; use one of your own, e.g. 'x-data-class'",
    refuse: refused({ mustStayLocal: { headers: { Authorization: ['secret'] } } }),
  },
  {
    id: 'THRESHOLDS_CONTRADICT',
    property: `${AT}.atMost.promptTokens`,
    text: 'atMost.promptTokens of 3000 decides nothing: what is above it is above totalTokens of 2000 already; lower it below 2000, raise totalTokens, or leave one of them out',
    refuse: refused({ atMost: { promptTokens: 3000, totalTokens: 2000 } }),
  },
  {
    id: 'THRESHOLDS_CONTRADICT',
    property: `${AT}.siteTimeout`,
    text: 'siteTimeout of 700s is longer than idleTimeout of 10m, which ends a try before it does; lower it, or raise idleTimeout',
    refuse: refused({ siteTimeout: Duration.seconds(700) }, { idleTimeout: Duration.seconds(600) }),
  },
  {
    id: 'THRESHOLD_ABOVE_CONTEXT',
    property: `${AT}.atMost.totalTokens`,
    text: "atMost.totalTokens of 16384 is more than the 8192 tokens that the servers of 'chat' at the site take, with their answers: they would refuse what lies between by 400, and the cloud not be asked; lower it to 8192 or less",
    refuse: refused({ atMost: { totalTokens: 16384 } }),
  },
  {
    id: 'NO_CONFIDENCE',
    property: `${AT}.confidence`,
    text: "backends[0], 'chat': no server of this library puts a confidence of its own into its answers; use EdgeConfidence.logprobs, or GatewayBackend.ofService for a server that does",
    refuse: refused({ confidence: EdgeConfidence.header('x-confidence', 0.5) }),
  },
  {
    id: 'NO_CONFIDENCE',
    property: `${AT}.confidence`,
    text: "backends[0], 'chat': that its answers have the probabilities of tokens is known of vLLM's own server alone; use a VllmDeployment, GatewayBackend.ofService for a server that has them, or leave out confidence",
    refuse: refused(
      { confidence: EdgeConfidence.logprobs(0.5), models: { chat: { cloudModel: 'chat-65b' } } },
      {},
      (site) => GatewayBackend.of(triton(site)),
    ),
  },
  {
    id: 'CLOUD_IS_ITSELF',
    property: `${AT}.cloud.url`,
    text: "edgeRouting.props.cloud.url is this gateway itself, by its name 'door.inference.svc': a request that its site does not answer would come back to it; give the URL of the gateway of the cloud; got 'https://door.inference.svc/v1'",
    refuse: refused({ cloud: { ...CLOUD, url: 'https://door.inference.svc/v1' } }),
  },
  {
    id: 'INVALID_FORMAT',
    property: `${AT}.cloud.url`,
    text: "edgeRouting.props.cloud.url must begin with https:// and be the base URL alone, without a question mark or a number sign: what leaves the site is encrypted; got 'http://models.example.com/v1'; for example 'https://models.example.com/v1'",
    refuse: refused({ cloud: { ...CLOUD, url: 'http://models.example.com/v1' } }),
  },
  {
    id: 'NO_CLOUD_CREDENTIAL',
    property: `${AT}.cloud`,
    text: 'edgeRouting.props.cloud has neither apiKey nor clientCertificate, by which the cloud would know this site; give one of them, as the name of a secret',
    refuse: refused({ cloud: { ...CLOUD, apiKey: undefined } }),
  },
  {
    id: 'CLOUD_KEY_OF_CALLER',
    property: `${AT}.cloud.apiKey`,
    text: "edgeRouting.props.cloud.apiKey is the key of caller 'shop' of this gateway, and keys of callers never leave the site; give the site a key of its own in the cloud",
    refuse: refused({}, { authentication: GatewayAuthentication.apiKeys({ shop: { name: 'cloud', key: 'site' } }) }),
  },
  {
    id: 'EDGE_ROUTING_NEEDS_OWN_ENVOY',
    property: 'edgeRouting',
    text: 'an EnvoyAiInferenceGateway does not divide requests between a site and a cloud; use an InferenceGateway, which takes the same properties, or leave out edgeRouting',
    refuse: () =>
      openAiDoor((site) => ({
        backends: [GatewayBackend.of(chat(site))],
        edgeRouting: EdgeRouting.edgeFirst(EDGE),
      })),
  },
];
