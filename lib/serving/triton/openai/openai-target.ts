import { OpenAiTarget } from '../../../core/openai-server';
import { answerSeconds } from '../../../planning/answer-time';
import { aiGatewayKey } from '../../pod/caller-key';
import { TritonServers } from '../made-server';
import { tritonLabels } from '../triton-pod';
import { FRONT_END_PATHS, OPENAI_PORT, frontEndNames } from './openai-front-end';

/**
 * What a front door sends requests to; nothing without an OpenAI front end.
 *
 * @internal
 */
export function openAiTargets({ props, name, namespace, replicas, checked, apiKey }: TritonServers): OpenAiTarget[] {
  if (apiKey === undefined) return [];
  const contexts = checked.models.flatMap(({ plan }) => (plan ? [plan.contextLength] : []));
  const answers = checked.models.flatMap(({ plan }) => (plan ? [answerSeconds(plan)] : []));
  return [
    {
      models: checked.models.flatMap(frontEndNames),
      serviceName: name,
      namespace,
      podSelector: tritonLabels(name),
      port: OPENAI_PORT,
      paths: FRONT_END_PATHS,
      healthPath: '/health/ready',
      apiKeySecret: apiKey,
      aiGatewayKeySecret: aiGatewayKey(apiKey, props.openAi?.apiKey),
      isolated: props.networkPolicy ?? true,
      answerSeconds: answers.length > 0 ? Math.max(...answers) : undefined,
      contextLength: contexts.length > 0 ? Math.min(...contexts) : undefined,
      servers: replicas,
      scalesToZero: props.autoscaling?.minReplicas === 0,
    },
  ];
}
