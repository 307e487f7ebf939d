import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { objectsIn } from './controller-files';
import { withoutProse } from './definitions';
import { KubeObject } from './kube-client';
import { Tools } from './tools';

/** Kinds of the Gateway API that gateways are made of; of the others, the chart has eight more. */
const GATEWAY_API = ['GatewayClass', 'Gateway', 'HTTPRoute', 'ReferenceGrant'];

/**
 * The definitions that the charts of Envoy Gateway and Envoy AI Gateway install, and that of InferencePools. Each has the rules of its project in CEL, by
 * which the API server judges.
 */
export function aiGatewayDefinitions({ aiGateway }: Tools): KubeObject[] {
  if (!aiGateway) return [];
  const crds = path.join(aiGateway.gateway, 'charts', 'gateway-helm', 'charts', 'crds', 'crds');
  const ofAiGateway = path.join(aiGateway.aiGateway, 'manifests', 'charts', 'ai-gateway-crds-helm', 'templates');
  const files = [path.join(crds, 'generated'), ofAiGateway].flatMap((folder) =>
    readdirSync(folder).map((file) => path.join(folder, file)),
  );
  const pool = path.join(aiGateway.inferencePools, 'config/crd/bases/inference.networking.k8s.io_inferencepools.yaml');
  const gatewayApi = objectsIn(path.join(crds, 'gatewayapi-crds.yaml')).filter(
    ({ kind, spec }) => kind === 'CustomResourceDefinition' && GATEWAY_API.includes(spec.names.kind as string),
  );
  return [...gatewayApi, ...[...files, pool].flatMap(objectsIn)].map(withoutProse);
}
