import { CertificateAuthority, GatewayAuthentication, JwtOptions } from '../../../lib/serving';
import { faultsThrown, idsOf } from '../../support/faults';
import { Block } from '../../support/synth';
import { Door, clusterOf, doorPod, gatewayFile, openDoor, policy, withMore } from '../support/gateway-fixtures';

const JWT = { issuer: 'https://id.example.com', audiences: ['models'] };
const by = (keysUrl: string, more: Partial<JwtOptions> = {}): Door =>
  withMore({ authentication: GatewayAuthentication.jwt({ ...JWT, keysUrl, ...more }) });

/** Whom the gateway may connect to for the keys of an issuer, and on which ports. */
function egressOf(keysUrl: string): [string[], string[]][] {
  const rules = policy(openDoor(by(keysUrl)).json, 'door').egress as Block[];
  // Names and the server come first.
  return rules
    .slice(2)
    .map(({ to, ports }) => [
      (to as Block[]).map(
        ({ ip_block: range, namespace_selector: of }) =>
          (range?.cidr ?? of.match_labels['kubernetes.io/metadata.name']) as string,
      ),
      ((ports ?? []) as Block[]).map(({ port }) => port as string),
    ]);
}

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

test.each([
  ['https://id.example.com/keys', [[EVERYWHERE, ['443']]]],
  ['https://id.example.com:8443/keys', [[EVERYWHERE, ['8443']]]],
  ['https://10.1.2.3/keys', [[['10.1.2.3/32'], ['443']]]],
  ['https://[2001:db8::1]/keys', [[['2001:db8::1/128'], ['443']]]],
  // Behind a Service its pods have ports of their own.
  ['https://keycloak.identity.svc/keys', [[['identity'], []]]],
  ['http://keycloak.identity.svc.cluster.local:8080/keys', [[['identity'], []]]],
  // Either may be a Service, or outside.
  [
    'https://keycloak/keys',
    [
      [['inference'], []],
      [EVERYWHERE, ['443']],
    ],
  ],
  [
    'https://keycloak.identity/keys',
    [
      [['identity'], []],
      [EVERYWHERE, ['443']],
    ],
  ],
])('the gateway may reach %s', (url, expected) => {
  expect(egressOf(url)).toEqual(expected);
});

test.each<[string, Door, string[]]>([
  ['plain HTTP', by('http://id.example.com/keys'), ['INVALID_FORMAT authentication.jwtOptions.keysUrl']],
  [
    'plain HTTP to what may be outside',
    by('http://keycloak.identity/keys'),
    ['INVALID_FORMAT authentication.jwtOptions.keysUrl'],
  ],
  [
    'the API server',
    by('https://kubernetes.default.svc/openid/v1/jwks'),
    ['KEYS_OF_API_SERVER authentication.jwtOptions.keysUrl'],
  ],
  [
    'an authority of what is not encrypted',
    by('http://id.identity.svc/keys', { keysAuthority: CertificateAuthority.configMap('ca') }),
    ['CONFLICTING_PROPERTIES authentication.jwtOptions.keysUrl'],
  ],
  [
    'an authority without a name',
    by('https://id.identity.svc/keys', { keysAuthority: CertificateAuthority.configMap('Own CA', 'a/b') }),
    [
      'INVALID_NAME authentication.jwtOptions.keysAuthority.reference.name',
      'INVALID_NAME authentication.jwtOptions.keysAuthority.reference.key',
    ],
  ],
])('refuses %s', (_, door, ids) => {
  expect(idsOf(faultsThrown(() => openDoor(door)))).toEqual(ids);
});

test('the API server can be asked where no network policy is in the way', () => {
  const { gateway } = openDoor((site) => ({
    ...by('https://kubernetes.default.svc/openid/v1/jwks')(site),
    networkPolicy: false,
  }));
  expect(gateway.models).toEqual(['chat']);
});

const socketOf = (door: Door) =>
  clusterOf(openDoor(door).json, 'issuer-keys').transport_socket?.typed_config as Block | undefined;

test('keys are read by TLS, by the name or the address of the URL, and within the cluster without', () => {
  const names = (url: string) => {
    const socket = socketOf(by(url));
    const { trusted_ca: trusted, match_typed_subject_alt_names: names } = socket!.common_tls_context.validation_context;
    return [socket!.sni, trusted.filename, names];
  };
  const PUBLIC = '/etc/ssl/certs/ca-certificates.crt';
  expect(names('https://id.example.com/keys')).toEqual([
    'id.example.com',
    PUBLIC,
    [{ san_type: 'DNS', matcher: { exact: 'id.example.com' } }],
  ]);
  expect(names('https://[2001:db8::1]/keys')).toEqual([
    undefined,
    PUBLIC,
    [{ san_type: 'IP_ADDRESS', matcher: { exact: '2001:db8::1' } }],
  ]);
  const plain = clusterOf(openDoor(by('http://id.identity.svc/keys')).json, 'issuer-keys');
  expect(plain.transport_socket).toBeUndefined();
  const { address } = plain.load_assignment.endpoints[0].lb_endpoints[0].endpoint;
  expect(address.socket_address).toEqual({ address: 'id.identity.svc', port_value: 80 });
});

test.each([
  [
    CertificateAuthority.configMap('trusted'),
    { config_map: { name: 'trusted', default_mode: '0444', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  ],
  [
    CertificateAuthority.secret({ name: 'id-tls', key: 'root.pem' }),
    { secret: { secret_name: 'id-tls', default_mode: '0440', items: [{ key: 'root.pem', path: 'ca.crt' }] } },
  ],
])('an authority of its own is a file that is watched', (keysAuthority, volume) => {
  const { json } = openDoor(by('https://id.identity.svc/keys', { keysAuthority }));
  const context = clusterOf(json, 'issuer-keys').transport_socket.typed_config.common_tls_context
    .combined_validation_context as Block;
  expect(context.default_validation_context).toEqual({
    match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'id.identity.svc' } }],
  });
  const { path } = context.validation_context_sds_secret_config.sds_config.path_config_source;
  const [{ validation_context: found, name }] = JSON.parse(
    gatewayFile(json, path.replace('/etc/envoy/', '')),
  ).resources;
  expect(name).toBe(context.validation_context_sds_secret_config.name);
  const [{ mount_path: folder }] = (doorPod(json).container[0].volume_mount as Block[]).filter(
    (each) => each.name === 'issuer',
  );
  expect(found).toEqual({ trusted_ca: { filename: `${folder}/ca.crt` }, watched_directory: { path: folder } });
  expect((doorPod(json).volume as Block[]).find((each) => each.name === 'issuer')).toEqual({
    name: 'issuer',
    ...volume,
  });
});
