import { execFileSync } from 'child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'fs';
import * as path from 'path';
import { ASSEMBLE_SCRIPT, MODELS_MOUNT } from '../../lib/serving/pod/server-pod';
import { CACHE_MOUNT } from '../../lib/serving/triton/repository-paths';
import { podOf } from '../serving/support/fixtures';
import { Run, manifest, put, runScript } from '../serving/support/run-script';
import { installStubAws } from '../serving/support/stub-aws';
import { Block, Synthesized } from '../support/synth';
import { unescapeTemplate } from '../support/template';
import { RealTriton, tritonEnvironment, workFolder } from './real-triton';

/** Files of the model store, by model, version and name. */
export type Stored = { readonly [model: string]: { readonly [version: string]: { readonly [file: string]: string } } };

/** The pod of a synthesized deployment, laid out in a folder of this machine. */
export class Deployed {
  /** Runs the init container's own script on a store that has some files. */
  public static async assemble(json: Synthesized, stored: Stored = {}): Promise<Deployed> {
    const root = workFolder('pod');
    const deployed = new Deployed(root, podOf(json), json.only('kubernetes_config_map_v1').data);
    for (const volume of ['config', 'probes']) deployed.#lay(volume);
    const env = installStubAws(root);
    for (const [model, versions] of Object.entries(stored)) {
      for (const [version, files] of Object.entries(versions)) {
        const folder = path.join(root, 'store', 'models', model, version);
        for (const [file, content] of Object.entries(files)) put(path.join(folder, file), content);
        put(path.join(folder, 'SHA256SUMS'), manifest(files));
      }
    }
    const [init] = deployed.pod.init_container as Block[];
    const plan = (init.env as Block[]).find(({ name }) => name === 'MODEL_PLAN')?.value as string;
    const run = await runScript(deployed.#text(ASSEMBLE_SCRIPT.key), root, {
      ...env,
      CONFIG_DIR: path.join(root, 'config'),
      MODELS_DIR: path.join(root, 'models'),
      MODEL_PLAN: plan,
    });
    if (run.status !== 0) throw new Error(`the repository is not assembled:\n${run.stderr}`);
    deployed.#leaveOutMetrics();
    return deployed;
  }

  private constructor(
    private readonly root: string,
    public readonly pod: Block,
    private readonly data: { readonly [key: string]: string },
  ) {
    mkdirSync(path.join(root, 'cache'));
  }

  /** Arguments of the server's container, with the folders of this machine. */
  public get args(): string[] {
    const args = (this.pod.container as Block[])[0].args as string[];
    return args.map((argument) =>
      unescapeTemplate(argument)
        .replaceAll(`${MODELS_MOUNT}/`, `${this.root}/models/`)
        .replaceAll(CACHE_MOUNT, `${this.root}/cache`),
    );
  }

  /** Starts the real server with them, without what its version does not know, and tells what that is. */
  public async start(): Promise<RealTriton> {
    const { variables } = tritonEnvironment();
    const known = execFileSync('/bin/sh', ['-c', 'tritonserver --help 2>&1; true'], {
      env: { ...process.env, ...variables },
    }).toString();
    const [shell, option, script, program, ...flags] = this.args;
    const unknown = flags.filter((flag) => !new RegExp(`${flag.split('=')[0]}\\b`).test(known));
    if (unknown.length > 0) console.log(`left out, not known to this version: ${unknown.join(' ')}`);
    const triton = await RealTriton.start({
      command: [shell, option, script, program],
      args: flags.filter((flag) => !unknown.includes(flag)),
    });
    if (triton.exit !== undefined) throw new Error(`Triton ended with ${triton.exit}:\n${triton.log.slice(-6000)}`);
    for (const line of triton.log.split('\n')) {
      const found = /([A-Za-z0-9._-]+: a stand-in for .*)$/.exec(line);
      if (found) console.log(found[1]);
    }
    return triton;
  }

  /** Runs a probe of the pod against a server. */
  public probe(name: 'readiness' | 'liveness', { ports }: RealTriton): Promise<Run> {
    return runScript(`exec /bin/sh '${path.join(this.root, 'probes', 'probe-models.sh')}' ${name} >&2`, this.root, {
      PATH: process.env.PATH ?? '',
      PROBE_DIR: path.join(this.root, 'probes'),
      PROBE_STATE_DIR: path.join(this.root, 'cache'),
      TRITON_HTTP_PORT: String(ports.http),
      TRITON_METRICS_PORT: String(ports.metrics),
    });
  }

  /** The server's 2.51 knows all fields of a configuration but one: the bounds of histograms, of which later releases have more. */
  #leaveOutMetrics(): void {
    const folder = path.join(this.root, 'models', 'repository');
    for (const model of readdirSync(folder)) {
      const file = path.join(folder, model, 'config.pbtxt');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^model_metrics \{\n[\s\S]*?^\}\n/m, ''));
    }
    console.log('left out, not known to this version: model_metrics');
  }

  #text(key: string): string {
    return unescapeTemplate(this.data[key]);
  }

  #lay(volume: string): void {
    const { config_map: map } = (this.pod.volume as Block[]).find(({ name }) => name === volume) as Block;
    for (const { key, path: file } of map.items as Block[]) {
      const target = path.join(this.root, volume, file as string);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, this.#text(key as string));
    }
  }
}
