import { GpuInstanceType, ModelSpec } from '../../../../lib/catalog';
import { ModelStoreCredentials } from '../../../../lib/core';
import { enterSystemNodes } from '../../../../lib/core/system-nodes';
import { CpuArchitecture } from '../../../../lib/catalog/cpu-architecture';
import { ModelPipeline, ModelPipelineProps, ModelStep, QualityGate } from '../../../../lib/jobs';
import { Site, TestStore, withSite } from '../../../serving/support/fixtures';
import { Synthesized } from '../../../support/synth';

export const TALKS = { name: 'talks', file: 'talks.txt' };
export const IMAGE = `registry.example.com/team/model-pipeline@sha256:${'a'.repeat(64)}`;

/** A pipeline that every test may change. */
export const PIPED = {
  modelName: 'chat',
  model: ModelSpec.LLAMA_3_2_1B,
  steps: [ModelStep.weightOnly(4)],
  gate: QualityGate.of({ text: TALKS }),
  image: IMAGE,
};

interface Given extends Partial<ModelPipelineProps> {
  /** Instance type of the pool. @default - there is none */
  readonly hardware?: GpuInstanceType;
  /** Instance type of the system nodes. @default - they are not known */
  readonly systemNodes?: string;
  readonly diskGib?: number;
  readonly credentials?: ModelStoreCredentials;
}

export function propsOn(site: Site, given: Given = {}): ModelPipelineProps {
  const { hardware, systemNodes, diskGib = 100, credentials, ...props } = given;
  site.store.credentials = credentials;
  if (systemNodes !== undefined) {
    enterSystemNodes(site.cluster, site.scope, {
      ...{ instanceType: systemNodes, architecture: CpuArchitecture.X86_64, minNodes: 1, maxNodes: 2, labels: {} },
      diskGib,
    });
  }
  const nodePool = hardware === undefined ? undefined : site.pool(hardware, 2);
  return { ...PIPED, cluster: site.cluster, modelStore: site.store, nodePool, ...props };
}

/** A pipeline in a site of its own. */
export function piped(given: Given = {}): { json: Synthesized; pipeline: ModelPipeline; store: TestStore } {
  let made: { pipeline: ModelPipeline; store: TestStore } | undefined;
  const json = withSite((site) => {
    made = { pipeline: new ModelPipeline(site.scope, 'Quantize', propsOn(site, given)), store: site.store };
  });
  return { json, ...made! };
}
