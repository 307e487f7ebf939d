import { execFileSync } from 'child_process';
import * as path from 'path';
import { TritonModel } from '../../lib/serving';
import { BackendModel } from '../../lib/serving/triton/model-definition';
import { renderTextFormat } from '../../lib/serving/triton/protobuf-text';
import { tritonEnvironment } from './real-triton';

/** A message as NVIDIA's own parser reads it. */
export interface Parsed {
  readonly [field: string]: any;
}

/** What is in configurations, read by NVIDIA's message of them; `ERROR` of those that it does not read. */
export function parsedConfigs(texts: readonly string[]): Parsed[] {
  const { python, variables } = tritonEnvironment();
  const out = execFileSync(python, [path.join(__dirname, 'parse_configs.py')], {
    input: JSON.stringify(texts),
    env: { ...process.env, ...variables },
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  return JSON.parse(out);
}

/** The configuration of a model whose faults nobody looks for. */
export function uncheckedConfig(model: TritonModel): string {
  const backend = model._definition as unknown as BackendModel;
  return renderTextFormat(backend.config({ gpuIds: [0], exclusive: true, unloads: false }));
}

/** Top-level fields that came after Triton 2.51: metrics of a model, in November 2024 (common, 3948525). */
const NEWER = ['model_metrics'];

/** A configuration without what this old server does not know. */
export function forThisServer(text: string): string {
  return NEWER.reduce((rest, field) => rest.replace(new RegExp(`^${field} \\{\n(?:  .*\n)*\\}\n`, 'm'), ''), text);
}
