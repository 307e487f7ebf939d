import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

export const PROJECT = path.join(__dirname, '..', '..', '..');
export const E2E_CACHE = path.join(PROJECT, '.cache', 'e2e');

/** A Terraform provider on disk. */
export interface ProviderOnDisk {
  /** E.g. `hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
  /** Folder for a `filesystem_mirror` block. */
  readonly mirror: string;
}

/** A program with its version. */
export interface Program {
  readonly version: string;
  readonly program: string;
}

/** Triton for CPUs: its folders, and what it needs in its environment. */
export interface Triton {
  readonly bin: string;
  readonly backends: string;
  readonly caches: string;
  readonly variables: { readonly [name: string]: string };
}

/** What `setup.mjs` found or built. */
export interface Tools {
  readonly terraform?: { readonly file: string; readonly product: string; readonly version: string };
  readonly emulator?: { readonly python: string };
  readonly controlPlane?: { readonly version: string; readonly programs: { readonly [name: string]: string } };
  /** The controller of LeaderWorkerSets, and the folder of its chart. */
  readonly leaderWorkerSet?: { readonly version: string; readonly program: string; readonly chart: string };
  /** Kueue, and the folder of its configuration. */
  readonly kueue?: { readonly version: string; readonly program: string; readonly configuration: string };
  /** KServe's webhooks and controller, and the folder of its Go module. */
  readonly kserve?: { readonly version: string; readonly program: string; readonly module: string };
  /** The folders of the Go modules that define kinds of the Gateway API, of Envoy Gateway, of Envoy AI Gateway, and InferencePools. */
  readonly aiGateway?: { readonly aiGateway: string; readonly gateway: string; readonly inferencePools: string };
  /** Envoy as a program. */
  readonly envoy?: { readonly version: string; readonly program: string };
  /** The adapter of custom metrics, and Prometheus. */
  readonly prometheusAdapter?: { readonly version: string; readonly program: string; readonly prometheus: string };
  /** Prometheus 2 and Alertmanager of this machine. */
  readonly monitoring?: { readonly prometheus: Program; readonly alertmanager: Program; readonly amtool: string };
  readonly prometheus3?: Program;
  readonly vmagent?: Program;
  readonly kubeStateMetrics?: Program;
  readonly nodeExporter?: Program;
  readonly signingHelper?: Program;
  readonly awsCli?: { readonly file: string };
  /** vLLM for CPUs: the paths of its programs, and its version. */
  readonly vllm?: {
    readonly python: string;
    readonly vllm: string;
    readonly pins: { readonly [name: string]: string };
  };
  readonly triton?: Triton;
  /** The programs of Jobs: Python with the packages of their image, the folder of the programs, and that of a model that is trained a little. */
  readonly jobs?: { readonly python: string; readonly folder: string; readonly model: string };
  /** The controller of JobSets, and the folder of its module. */
  readonly jobSet?: { readonly version: string; readonly program: string; readonly source: string };
  /** DeepSpeed for CPUs: its Python, the folder of its programs, and its version. */
  readonly deepSpeed?: { readonly python: string; readonly bin: string; readonly version: string };
  readonly kubectl?: string;
  readonly providers: readonly ProviderOnDisk[];
  /** One sentence for each thing absent. */
  readonly missing: readonly string[];
}

/** The tools, as `setup.mjs` left them, in the file of this run where it has one of its own. */
export function tools(): Tools {
  const file = process.env.E2E_TOOLS ?? path.join(E2E_CACHE, 'tools.json');
  if (!existsSync(file)) throw new Error('run `node test/e2e/setup.mjs` first');
  return JSON.parse(readFileSync(file, 'utf8')) as Tools;
}
