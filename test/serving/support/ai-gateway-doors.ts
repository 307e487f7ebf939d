import { GatewayAuthentication, GatewayBackend, GatewayExposure, GatewayTls } from '../../../lib/serving';
import { Block, Synthesized } from '../../support/synth';
import { unescapeTemplate } from '../../support/template';
import { AiDoor, chat, openAiDoor, triton } from './gateway-fixtures';

export const KSERVE = { name: 'big-predictor', namespace: 'kserve', port: 80, models: ['deepseek/65b'] };
export const JWT = {
  issuer: 'https://id.example.com/realms/models',
  audiences: ['models'],
  keysUrl: 'https://id.example.com/realms/models/protocol/openid-connect/certs',
};

/** The objects of a gateway. */
export function objectsOf(json: Synthesized, release = 'door-gateway'): Block[] {
  const [{ values }] = json.resources('helm_release').filter(({ name }) => name === release);
  return (JSON.parse(unescapeTemplate((values as string[])[0])) as { resources: Block[] }).resources;
}
export const made = (door?: AiDoor) => objectsOf(openAiDoor(door).json);
export const ofKind = (objects: Block[], kind: string) => objects.filter((each) => each.kind === kind);
export const specOf = (objects: Block[], kind: string) => ofKind(objects, kind)[0].spec as Block;
export const backends =
  (more: Partial<ReturnType<AiDoor>>): AiDoor =>
  (site) => ({ backends: [GatewayBackend.of(chat(site))], ...more });

export const DOORS: readonly (readonly [string, AiDoor])[] = [
  ['one model', (site) => ({ backends: [GatewayBackend.of(chat(site))] })],
  [
    'keys and limits',
    (site) => ({
      backends: [GatewayBackend.of(chat(site, 'Talk')), GatewayBackend.of(triton(site))],
      authentication: GatewayAuthentication.apiKeys({ red: { name: 'teams', key: 'red' } }),
      limits: { requestsPerMinute: 600 },
      modelLimits: { talk: { tokensPerMinute: 100_000 } },
      nodeSelector: { role: 'front' },
      priorityClassName: 'front',
    }),
  ],
  [
    'tokens, a certificate, and the public',
    () => ({
      backends: [
        GatewayBackend.ofService({ ...KSERVE, basePath: '/openai/v1/', apiKey: { name: 'kserve', key: 'apiKey' } }),
      ],
      authentication: GatewayAuthentication.jwt(JWT),
      tls: GatewayTls.certificate({ dnsNames: ['models.example.com'], issuer: 'letsencrypt' }),
      exposure: GatewayExposure.public({ annotations: { a: 'b' }, sourceRanges: ['203.0.113.0/24'] }),
      limits: { requestsPerMinute: 60, tokensPerMinute: 1000 },
      retries: 0,
    }),
  ],
  [
    'a picker',
    (site) => ({ backends: [GatewayBackend.of(chat(site), { endpointPicker: { serviceName: 'chat-epp' } })] }),
  ],
  ['a server elsewhere', (site) => ({ backends: [GatewayBackend.of(chat(site, 'Far', { namespace: 'far' }))] })],
];
