import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { BASE_PATH } from '../api-paths';
import { textList } from '../backend-faults';
import { EndpointPicker } from '../endpoint-picker';
import { Upstream } from '../upstreams';
import { InstalledAiGateway } from './installed-ai-gateway';

/** What has an endpoint picker. */
interface Picked extends Upstream {
  readonly picker: EndpointPicker;
}

/**
 * What is wrong with endpoint pickers that choose pods behind a gateway.
 *
 * @param upstreams what is behind its backends
 * @param namespace its namespace
 * @param installed what runs it; undefined if nobody says so, which is a fault of its own
 *
 * @internal
 */
export function pickerFaults(
  upstreams: readonly Upstream[],
  namespace: string,
  installed: InstalledAiGateway | undefined,
): Fault[] {
  return upstreams.flatMap((upstream) => {
    const { picker } = upstream;
    if (picker === undefined) return [];
    const each = { ...upstream, picker };
    const others = upstreams.filter((other) => other !== upstream);
    return allOf(
      () => engineFaults(each),
      () => installationFaults(each, installed),
      () => namespaceFaults(each, namespace),
      () => podFaults(each),
      () => pathFaults(each),
      () => poolFaults(each, others),
      () => weightFaults(each, others),
    );
  });
}

function called({ picker, models }: Picked): string {
  return `the endpoint picker '${picker.serviceName}' of ${textList(models)}`;
}

function engineFaults(each: Picked): Fault[] {
  if (each.answersPickers) return [];
  const reason =
    `${called(each)} would know nothing of its pods: only vLLM's own server says by its metrics what pickers go by; use a VllmDeployment, or leave out ` +
    'endpointPicker, so that the pod with the fewest requests is chosen';
  return [fault('PICKER_NEEDS_VLLM', each.at, reason)];
}

function installationFaults(each: Picked, installed: InstalledAiGateway | undefined): Fault[] {
  if (installed === undefined || installed.inferencePools) return [];
  const reason =
    `${called(each)} needs InferencePools, which Envoy Gateway has not been told of; install their definition and the picker, and say so by inferencePools: ` +
    'true of the EnvoyAiGatewayController, or of installed';
  return [fault('PICKER_NOT_INSTALLED', each.at, reason)];
}

/**
 * The controller makes an HTTPRoute that names the pool in the namespace of the route, whatever the route says.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/internal/controller/ai_gateway_route.go: `newHTTPRoute`
 */
function namespaceFaults(each: Picked, namespace: string): Fault[] {
  if (each.namespace === namespace) return [];
  const reason =
    `${called(each)} picks pods of '${each.namespace}', but Envoy AI Gateway looks for InferencePools in the namespace of its routes, '${namespace}', alone; put ` +
    `the gateway into '${each.namespace}', or leave out endpointPicker`;
  return [fault('PICKER_IN_OTHER_NAMESPACE', each.at, reason)];
}

function podFaults(each: Picked): Fault[] {
  if (each.podSelector !== undefined) return [];
  return [
    fault('MISSING_PROPERTY', each.at, `${called(each)} needs podSelector, the labels of the pods that it picks from`),
  ];
}

function pathFaults(each: Picked): Fault[] {
  if (each.basePath === BASE_PATH) return [];
  const reason = `${called(each)} goes with paths as they are, but basePath is '${each.basePath}'; leave out one of endpointPicker and basePath`;
  return [fault('CONFLICTING_PROPERTIES', each.at, reason)];
}

function poolFaults(each: Picked, others: readonly Upstream[]): Fault[] {
  const second = others.find((other) => other.picker?.serviceName === each.picker.serviceName);
  if (second === undefined) return [];
  const reason =
    `${called(each)} is that of ${textList(second.models)} as well, whose pods are others, and a picker knows those of one InferencePool; install one for each, and ` +
    'offer their models in backends of their own (models)';
  return [fault('DUPLICATE', each.at, reason)];
}

function weightFaults(each: Picked, others: readonly Upstream[]): Fault[] {
  const shared = each.models.filter((model) => others.some(({ models }) => models.includes(model)));
  if (shared.length === 0) return [];
  const reason = `${textList(shared)} is in several backends, and a rule with an InferencePool has no other; leave out endpointPicker, or offer the model in one backend`;
  return [fault('PICKER_WITH_WEIGHTS', each.at, reason)];
}
