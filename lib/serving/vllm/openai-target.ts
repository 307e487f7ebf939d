import { OpenAiTarget } from '../../core/openai-server';
import { answerSeconds } from '../../planning/answer-time';
import { aiGatewayKey } from '../pod/caller-key';
import { VllmServers } from './made-server';
import { VLLM_PORTS } from './serve-arguments';
import { objectName } from './served-name';
import { CheckedServer } from './vllm-deployment-faults';
import { modelLabels } from './vllm-pod';

/** Requests of OpenAI's API, and of those like it, that name a model: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
const PATHS = ['chat/completions', 'completions', 'embeddings', 'responses', 'rerank', 'score'];

/**
 * What a front door sends requests for a model to.
 *
 * @internal
 */
export function openAiTarget(
  { props, name, namespace, apiKey }: VllmServers,
  { server, replicas }: CheckedServer,
): OpenAiTarget {
  return {
    models: server.allNames,
    serviceName: objectName(props, server.name),
    namespace,
    podSelector: modelLabels(name, server.name),
    port: VLLM_PORTS.http,
    paths: PATHS,
    healthPath: '/health',
    apiKeySecret: apiKey,
    aiGatewayKeySecret: aiGatewayKey(apiKey, props.apiKey),
    answersPickers: true,
    isolated: props.networkPolicy ?? true,
    answerSeconds: answerSeconds(server.plan),
    contextLength: server.plan.contextLength,
    servers: replicas,
    scalesToZero: props.autoscaling?.minReplicas === 0,
  };
}
