import { scriptAsset } from '../../../kubernetes/script-asset';
import { KEY_FILE, GatewayPlan } from './gateway-plan';
import { edgeFilter, SIZE_MEMBERS } from './edge-filters';
import { cloudSeconds } from './edge-listeners';
import { luaFilter } from './lua-filter';
import { httpFilter } from './typed';

/** Name of the cluster that has the issuer's keys. @internal */
export const JWT_KEYS = 'issuer-keys';

/**
 * What a request passes through before it is routed: who sent it, then which model it names, then what its caller may take,
 * and at a site with a cloud where it goes. A request of nobody ends before its body is read.
 *
 * @internal
 */
export function httpFilters(plan: GatewayPlan): object[] {
  return [
    ...(plan.clients ? [luaFilter('keys', [['CLIENTS', keyFiles(plan.clients)]], scriptAsset('envoy_keys.lua'))] : []),
    ...(plan.jwt ? [jwtFilter(plan.jwt), claimFilter(plan.jwt)] : []),
    modelFilter(plan.edge ? SIZE_MEMBERS : []),
    ...(plan.limits.length > 0 ? [limitsFilter(plan.limits)] : []),
    ...(plan.edge ? [edgeFilter(plan.edge, cloudSeconds(plan.edge, plan.idleSeconds))] : []),
    httpFilter('router', 'Router'),
  ];
}

function keyFiles(clients: { readonly [client: string]: string }): { readonly [client: string]: string } {
  return Object.fromEntries(Object.entries(clients).map(([client, folder]) => [client, `${folder}/${KEY_FILE}`]));
}

function jwtFilter({ issuer, audiences, keysUrl }: NonNullable<GatewayPlan['jwt']>): object {
  return httpFilter('jwt_authn', 'JwtAuthentication', {
    providers: {
      callers: {
        issuer,
        audiences,
        remote_jwks: {
          http_uri: { uri: keysUrl, cluster: JWT_KEYS, timeout: '5s' },
          cache_duration: '300s',
          async_fetch: {},
        },
        // Servers have keys of their own.
        forward: false,
        payload_in_metadata: 'claims',
        require_expiration: true,
      },
    },
    rules: [{ match: { prefix: '/' }, requires: { provider_name: 'callers' } }],
  });
}

/** Bodies are read whole, up to the listener's limit, and what is no text is no model. */
function modelFilter(more: readonly string[]): object {
  const rules = ['model', ...more].map((key) => ({
    selectors: [{ key }],
    on_present: { metadata_namespace: 'gateway', key },
  }));
  return httpFilter('json_to_metadata', 'JsonToMetadata', {
    request_rules: {
      rules,
      allow_content_types_regex: { regex: '(?i)application/json *(;.*)?' },
    },
  });
}

function claimFilter({ clientClaim = 'sub' }: NonNullable<GatewayPlan['jwt']>): object {
  return luaFilter('claims', [['CLAIM', clientClaim]], scriptAsset('envoy_claims.lua'));
}

function limitsFilter(limits: GatewayPlan['limits']): object {
  const given = limits.map(({ model, requestsPerMinute, tokensPerMinute }) => ({
    model,
    requests: requestsPerMinute,
    tokens: tokensPerMinute,
  }));
  return luaFilter('limits', [['LIMITS', given]], scriptAsset('envoy_limits.lua'));
}
