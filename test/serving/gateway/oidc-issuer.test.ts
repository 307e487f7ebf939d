import { GatewayAuthentication, GatewayBackend, InferenceGateway, OidcIssuer } from '../../../lib/serving';
import { faultsOf } from '../../../lib/core/errors';
import { idsOf } from '../../support/faults';
import { unescapeTemplate } from '../../support/template';
import { withSite } from '../support/fixtures';
import { openAiDoor, openDoor, chat } from '../support/gateway-fixtures';

test.each<[string, OidcIssuer, string, string]>([
  ['any', OidcIssuer.of('https://a', 'https://a/keys'), 'https://a', 'https://a/keys'],
  [
    'Keycloak',
    OidcIssuer.keycloak('https://id.example.com/realms/models/'),
    'https://id.example.com/realms/models',
    'https://id.example.com/realms/models/protocol/openid-connect/certs',
  ],
  [
    'Entra ID',
    OidcIssuer.entraId('8f1'),
    'https://login.microsoftonline.com/8f1/v2.0',
    'https://login.microsoftonline.com/8f1/discovery/v2.0/keys',
  ],
  [
    'Cognito',
    OidcIssuer.cognito('eu-central-1', 'eu-central-1_A'),
    'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A',
    'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A/.well-known/jwks.json',
  ],
  [
    'EKS',
    OidcIssuer.eks('https://oidc.eks.eu-central-1.amazonaws.com/id/A'),
    'https://oidc.eks.eu-central-1.amazonaws.com/id/A',
    'https://oidc.eks.eu-central-1.amazonaws.com/id/A/keys',
  ],
])('the keys of %s', (_, { issuer, keysUrl }, ofTokens, ofKeys) => {
  expect([issuer, keysUrl]).toEqual([ofTokens, ofKeys]);
});

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';

/** What a gateway with an issuer is refused for. */
function refusals(issuer: OidcIssuer): string[] {
  const authentication = GatewayAuthentication.oidc(issuer, ['models']);
  const service = { name: 'big', namespace: 'kserve', port: 80, models: ['big'] };
  return idsOf(faultsOf(() => openDoor(() => ({ backends: [GatewayBackend.ofService(service)], authentication }))));
}

test.each<[string, OidcIssuer]>([
  ...['common', 'organizations', 'consumers', '', 'contoso.onmicrosoft.com', TENANT.toUpperCase()].map(
    (tenant): [string, OidcIssuer] => [`Entra ID '${tenant}'`, OidcIssuer.entraId(tenant)],
  ),
  [
    'Entra ID by its address',
    OidcIssuer.of('https://login.microsoftonline.com/common/v2.0', 'https://login.microsoftonline.com/common/keys'),
  ],
  ['Cognito in another region', OidcIssuer.cognito('eu-west-1', 'eu-central-1_A')],
  ['Cognito without a pool', OidcIssuer.cognito('eu-central-1', '')],
  ['Cognito with a name of a pool', OidcIssuer.cognito('eu-central-1', 'eu-central-1_my-pool')],
])('an issuer of no token is refused: %s', (_, issuer) => {
  expect(refusals(issuer)).toEqual(['ISSUER_OF_NO_TOKEN authentication.jwtOptions.issuer']);
});

test('those of tokens are taken', () => {
  expect(refusals(OidcIssuer.entraId(TENANT))).toEqual([]);
  expect(refusals(OidcIssuer.cognito('eu-central-1', 'eu-central-1_A'))).toEqual([]);
});

const AUTHENTICATION = GatewayAuthentication.oidc(
  OidcIssuer.keycloak('https://id.example.com/realms/models'),
  ['models'],
  'azp',
);

test('are asked of both kinds of gateways', () => {
  const config = withSite((site) => {
    const backends = [GatewayBackend.of(chat(site))];
    new InferenceGateway(site.scope, 'Door', { cluster: site.cluster, backends, authentication: AUTHENTICATION });
  }).resources('kubernetes_config_map_v1');
  const text = config.map(({ data }) => unescapeTemplate((data['envoy.json'] as string | undefined) ?? '')).join('');
  expect(text).toContain('"uri": "https://id.example.com/realms/models/protocol/openid-connect/certs"');
  const { json } = openAiDoor((site) => ({
    backends: [GatewayBackend.of(chat(site))],
    authentication: AUTHENTICATION,
  }));
  const [{ values }] = json.resources('helm_release').filter(({ name }) => name === 'door-gateway');
  expect(values[0]).toContain(
    '"remoteJWKS":{"uri":"https://id.example.com/realms/models/protocol/openid-connect/certs"',
  );
});
