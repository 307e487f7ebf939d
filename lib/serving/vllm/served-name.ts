import { kubernetesName } from '../../core/naming';
import { ServedModel } from './served-model';
import { VllmDeploymentProps } from './vllm-deployment-props';

/**
 * The name a model is served under.
 *
 * @internal
 */
export function servedName({ name, model }: ServedModel): string {
  return name ?? model.name;
}

/**
 * The job that a deployment is scraped by.
 *
 * @internal
 */
export function jobName(deployment: string): string {
  return `vllm-${deployment}`;
}

/**
 * The name of a model's Kubernetes objects.
 *
 * @internal
 */
export function objectName({ nameSuffix = '' }: Pick<VllmDeploymentProps, 'nameSuffix'>, model: string): string {
  return kubernetesName(`${model}${nameSuffix}`);
}
