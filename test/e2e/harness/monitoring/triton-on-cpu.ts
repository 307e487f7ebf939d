import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Difference, PodRunner } from '../pod-runner';
import { Triton } from '../tools';

/** Ports of a server of Triton here. */
export interface TritonPorts {
  readonly http: number;
  readonly grpc: number;
  readonly metrics: number;
}

/** What a server of Triton that a pod states cannot be on this machine. */
export const tritonOnCpu = ({ http, grpc, metrics }: TritonPorts): Difference[] => [
  { pod: '--http-port=8000', here: `--http-port=${http}`, reason: 'several pods have one address' },
  { pod: '--grpc-port=8001', here: `--grpc-port=${grpc}`, reason: 'so here' },
  { pod: '--metrics-port=8002', here: `--metrics-port=${metrics}`, reason: 'and here' },
  { pod: 'TRITON_HTTP_PORT=', here: String(http), reason: 'its probes ask the ports of this machine' },
  { pod: 'TRITON_METRICS_PORT=', here: String(metrics), reason: 'so here' },
  { pod: 'PROBE_DIR=', here: '/etc/triton-probes', reason: 'the probes know the path of their mount by themselves' },
];

/**
 * A folder with a `tritonserver` that starts the one of this machine, on the loopback interface and with its folder of backends, and leaves out the flags
 * that its version does not know.
 *
 * @param args the arguments of the pod
 * @returns the folder, and what is left out
 */
export function tritonProgram(
  triton: Triton,
  folder: string,
  args: readonly string[],
): { folder: string; leftOut: string[] } {
  const environment = { ...process.env, ...triton.variables };
  const known = execFileSync('/bin/sh', ['-c', 'tritonserver --help 2>&1; true'], { env: environment }).toString();
  const leftOut = args.filter((word) => word.startsWith('--') && !new RegExp(`${word.split('=')[0]}\\b`).test(known));
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const added = [
    ...['http', 'grpc', 'metrics'].map((server) => `--${server}-address=127.0.0.1`),
    `--backend-directory=${triton.backends}`,
    `--cache-directory=${triton.caches}`,
  ];
  const script = [
    '#!/bin/sh',
    ...Object.entries(triton.variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    'for word do',
    '  shift',
    `  case "$word" in ${[...leftOut, '--'].map(quoted).join(' | ')}) ;; *) set -- "$@" "$word" ;; esac`,
    'done',
    `exec ${quoted(path.join(triton.bin, 'tritonserver'))} "$@" ${added.map(quoted).join(' ')}`,
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tritonserver'), `${script.join('\n')}\n`);
  chmodSync(path.join(folder, 'tritonserver'), 0o755);
  return { folder, leftOut };
}

/** Takes the one field out of the configurations of models that the server of this machine does not know: bounds of histograms. */
export function leaveOutMetrics(runner: PodRunner): void {
  const repository = path.join(runner.volumes.folderOf('models'), 'repository');
  for (const model of readdirSync(repository)) {
    const file = path.join(repository, model, 'config.pbtxt');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^model_metrics \{\n[\s\S]*?^\}\n/m, ''));
  }
}
