import { App, TerraformStack } from 'cdktf';
import {
  ModelPipeline,
  ModelPipelineProps,
  ModelSpec,
  ModelStep,
  ModelStore,
  QualityGate,
  VllmDeployment,
  VllmRelease,
} from '../../lib';
import { modelsRack } from './models-rack';
import { SECRETS, STORE } from './vllm-streamed-stack';

export const PIPED = {
  ...{ bucket: 'weights', model: 'tiny', namespace: 'inference', claim: 'scratch' },
  text: { name: 'talks', file: 'held-back.txt' },
};

/** How a pipeline differs from the others of this file. */
type More = Partial<ModelPipelineProps>;

/** Small inputs, for what is run many times. */
export const SHORT = { steps: [ModelStep.int8Dynamic()], gate: QualityGate.of({ text: PIPED.text, longContext: 512 }) };

/** A stack, and its pipelines by their ids. */
export interface PipelineStack {
  readonly stack: TerraformStack;
  readonly pipelines: { readonly [id: string]: ModelPipeline };
}

/**
 * Pipelines of one model.
 *
 * @param name name of the stack
 * @param config the `config.json` of the model
 * @param wanted what each differs in, by its id; by default it is W8A8
 * @param served which pipeline's output is served, by which version of vLLM @default - none is
 */
export function pipelineStack(
  app: App,
  name: string,
  config: string,
  wanted: { readonly [id: string]: More },
  served?: { readonly id: string; readonly version: string },
): PipelineStack {
  const { stack, cluster, nodePool } = modelsRack(app, name, 'hall-5');
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: PIPED.bucket,
    endpoint: STORE,
    region: 'us-east-1',
    credentials: SECRETS.store,
  });
  const made = Object.entries(wanted).map(([id, more]) => {
    const pipeline = new ModelPipeline(stack, id, {
      ...{ cluster, modelStore, modelName: PIPED.model, image: 'registry.example.com/team/model-pipeline:1', cpus: 2 },
      model: ModelSpec.fromHuggingFaceConfig(PIPED.model, config),
      steps: [ModelStep.w8a8()],
      gate: QualityGate.of({ text: PIPED.text }),
      ...more,
    });
    return [id, pipeline] as const;
  });
  const pipelines = Object.fromEntries(made);
  if (served !== undefined) {
    new VllmDeployment(stack, 'Chat', {
      ...{ cluster, nodePool, modelStore },
      vllmRelease: VllmRelease.of(served.version),
      apiKey: SECRETS.key,
      models: [{ ...pipelines[served.id].output, contextLength: 2048 }],
    });
  }
  return { stack, pipelines };
}
