import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { freePort } from '../harness/ports';

/** What DeepSpeed is asked. */
export interface Question {
  /** Its class of configurations, its engine of a small model, or that engine after a step. */
  readonly asks: 'config' | 'engine' | 'step';
  readonly settings: unknown;
  /** Processes that the class is told of. @default 1 */
  readonly ranks?: number;
  /** Stages of a pipeline. @default - none */
  readonly stages?: number;
  /** A format that the processor is said to lack. @default - none */
  readonly lacks?: 'bf16' | 'fp16';
}

export interface Answer {
  readonly accepted?: { readonly [fact: string]: unknown };
  readonly refused?: string;
}

/** Variables of processes with DeepSpeed on this machine. */
export const ON_CPU = {
  DS_ACCELERATOR: 'cpu',
  GLOO_SOCKET_IFNAME: 'lo',
  TORCHDYNAMO_DISABLE: '1',
  OMP_NUM_THREADS: '1',
};

/** Asks DeepSpeed itself. */
export async function askDeepSpeed(python: string, questions: readonly Question[]): Promise<Answer[]> {
  const judge = spawn(python, [path.join(__dirname, 'judge.py'), String(await freePort())], {
    env: { ...process.env, ...ON_CPU },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  judge.stdout.on('data', (data) => (output += String(data)));
  judge.stderr.on('data', (data) => (errors += String(data)));
  judge.stdin.end(JSON.stringify(questions.map((question) => ({ ranks: 1, ...question }))));
  await new Promise((resolve) => judge.on('close', resolve));
  const line = output.split('\n').find((each) => each.startsWith('ANSWERS '));
  if (line === undefined) throw new Error(`no answer:\n${errors.slice(-3000)}`);
  return JSON.parse(line.slice('ANSWERS '.length)) as Answer[];
}
