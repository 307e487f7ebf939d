import { GATEWAY_KINDS } from '../../../catalog/envoy-ai-gateway-release';
import { AiGatewayPlan, CALLER_HEADER, MODEL_HEADER } from './ai-gateway-plan';
import { CustomObject, customObject, gatewayDuration, targetRefs } from './custom-object';
import { TOTAL_TOKENS } from './routes';

/** Requests wait in the servers, which know how many they run at once. */
const NO_LIMIT = 1_000_000;

/** Metadata that the filter of Envoy AI Gateway writes: `AIGatewayFilterMetadataNamespace`. */
const COSTS = 'io.envoy.ai_gateway';

/** Seconds between fetches of an issuer's keys. */
const KEYS_SECONDS = 300;

/**
 * Who may send requests, how, and how many.
 *
 * @internal
 */
export function policies(plan: AiGatewayPlan): CustomObject[] {
  return [securityPolicy(plan), clientTrafficPolicy(plan), backendTrafficPolicy(plan)];
}

function securityPolicy(plan: AiGatewayPlan): CustomObject {
  const { jwt, callerSecrets = [] } = plan;
  const who = jwt
    ? {
        jwt: {
          providers: [
            {
              name: 'issuer',
              issuer: jwt.issuer,
              audiences: [...jwt.audiences],
              remoteJWKS: { uri: jwt.keysUrl, cacheDuration: gatewayDuration(KEYS_SECONDS) },
              claimToHeaders: [{ header: CALLER_HEADER, claim: jwt.clientClaim ?? 'sub' }],
            },
          ],
        },
      }
    : {
        apiKeyAuth: {
          credentialRefs: callerSecrets.map((name) => ({ group: '', kind: 'Secret', name })),
          // Envoy takes `Bearer ` off by itself.
          extractFrom: [{ headers: ['Authorization'] }],
          forwardClientIDHeader: CALLER_HEADER,
          sanitize: true,
        },
      };
  return customObject(plan, [GATEWAY_KINDS.envoyGateway, 'SecurityPolicy'], { targetRefs: targetRefs(plan), ...who });
}

function clientTrafficPolicy(plan: AiGatewayPlan): CustomObject {
  const idle = gatewayDuration(plan.idleSeconds);
  const spec = {
    targetRefs: targetRefs(plan),
    // Requests are held whole; what is larger is 413. A quantity, without which the default is 32 KiB.
    connection: { bufferLimit: String(plan.maxRequestBytes) },
    timeout: { http: { streamIdleTimeout: idle } },
    // Only filters say who calls and for which model.
    headers: { earlyRequestHeaders: { remove: [CALLER_HEADER, MODEL_HEADER] } },
    tls: plan.certificate ? { minVersion: '1.2' } : undefined,
  };
  return customObject(plan, [GATEWAY_KINDS.envoyGateway, 'ClientTrafficPolicy'], spec);
}

function backendTrafficPolicy(plan: AiGatewayPlan): CustomObject {
  const { retries, idleSeconds, maxRequestBytes } = plan;
  const rules = limitRules(plan);
  const spec = {
    targetRefs: targetRefs(plan),
    loadBalancer: { type: 'LeastRequest' },
    circuitBreaker: {
      maxConnections: NO_LIMIT,
      maxPendingRequests: NO_LIMIT,
      maxParallelRequests: NO_LIMIT,
      maxParallelRetries: NO_LIMIT,
    },
    connection: { bufferLimit: String(maxRequestBytes) },
    timeout: {
      tcp: { connectTimeout: '2s' },
      http: {
        // A stream goes on for as long as it says something.
        requestTimeout: '0s',
        streamIdleTimeout: gatewayDuration(idleSeconds),
        // uvicorn closes idle connections after 5 s (https://www.uvicorn.org/settings/#timeouts).
        connectionIdleTimeout: '4s',
      },
    },
    healthCheck: healthCheck(plan),
    // Nothing is sent again once a response has begun: Envoy passes on its headers before the first token.
    retry:
      retries === 0
        ? undefined
        : {
            numRetries: retries,
            retryOn: {
              triggers: ['connect-failure', 'refused-stream', 'reset', 'retriable-status-codes'],
              httpStatusCodes: [503],
            },
            perRetry: { backOff: { baseInterval: '25ms', maxInterval: '250ms' } },
          },
    rateLimit: rules.length === 0 ? undefined : { global: { rules } },
  };
  return customObject(plan, [GATEWAY_KINDS.envoyGateway, 'BackendTrafficPolicy'], spec);
}

/**
 * Pods that do not answer are left out. One policy is of the whole gateway, since only its limits are of all models together: the path is asked where all
 * servers have the same, else a connection. Pods that something else picks are not checked.
 */
function healthCheck({ healthPath, hasPickers }: AiGatewayPlan): object {
  const probe = healthPath === undefined ? { type: 'TCP', tcp: {} } : { type: 'HTTP', http: { path: healthPath } };
  const active = { ...probe, timeout: '3s', interval: '5s', unhealthyThreshold: 2, healthyThreshold: 1 };
  return {
    active: hasPickers ? undefined : active,
    passive: {
      splitExternalLocalOriginErrors: true,
      consecutiveLocalOriginFailures: 2,
      // Errors of a model are no reason to leave out its servers.
      consecutive5XxErrors: 0,
      interval: '2s',
      baseEjectionTime: '5s',
      maxEjectionPercent: 50,
    },
    panicThreshold: 1,
  };
}

/**
 * The limits, each of a caller. Those who are known have one each, by their names; those whose token names nobody share one, since a rule for names does
 * not see them.
 */
function limitRules({ limits, jwt }: AiGatewayPlan): object[] {
  const named = { type: 'Distinct', name: CALLER_HEADER };
  const nameless = { type: 'RegularExpression', name: CALLER_HEADER, value: '.+', invert: true };
  return limits.flatMap((limit) =>
    (jwt ? [named, nameless] : [named]).flatMap((caller) => {
      const model = limit.model === undefined ? [] : [{ type: 'Exact', name: MODEL_HEADER, value: limit.model }];
      const shared = { clientSelectors: [{ headers: [caller, ...model] }], shared: true };
      const { requestsPerMinute, tokensPerMinute } = limit;
      return [
        ...(requestsPerMinute === undefined ? [] : [{ ...shared, limit: perMinute(requestsPerMinute) }]),
        ...(tokensPerMinute === undefined ? [] : [{ ...shared, limit: perMinute(tokensPerMinute), cost: TOKENS }]),
      ];
    }),
  );
}

function perMinute(requests: number): object {
  return { requests, unit: 'Minute' };
}

/** A request is let in while anything is left; its tokens count when its answer has ended. */
const TOKENS = {
  request: { from: 'Number', number: 0 },
  response: { from: 'Metadata', metadata: { namespace: COSTS, key: TOTAL_TOKENS } },
};
