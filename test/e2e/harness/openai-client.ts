import { spawn } from 'node:child_process';
import * as path from 'node:path';

const SCRIPT = path.join(__dirname, '..', 'vllm', 'ask_openai.py');

/** What is asked of a server. */
export type Question = 'completion' | 'chat' | 'stream' | 'streams' | 'flood';

/** An answer on its way. */
export interface Asking {
  /** Resolves when the first part of a stream is there, or when it has ended. */
  readonly begun: Promise<void>;
  readonly answer: Promise<any>;
}

/** The `openai` client of Python. */
export class OpenAiClient {
  /**
   * @param python interpreter that has the client
   * @param port port of the server
   * @param key what it authorizes itself by
   */
  public constructor(
    private readonly python: string,
    public readonly port: number,
    private readonly key: string,
  ) {}

  /** Asks, and waits for the answer. */
  public ask(model: string, question: Question, number?: number): Promise<any> {
    return this.begin(model, question, number).answer;
  }

  /** Asks without waiting. */
  public begin(model: string, question: Question, number = 8): Asking {
    const given = [SCRIPT, `http://127.0.0.1:${this.port}/v1`, model, question, String(number)];
    const env = { ...process.env, OPENAI_API_KEY: this.key, PYTHONDONTWRITEBYTECODE: '1', NO_PROXY: '*' };
    const child = spawn(this.python, given, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let written = '';
    let failed = '';
    let begin: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    child.stdout.on('data', (data) => {
      written += data;
      if (written.startsWith('started')) begin();
    });
    child.stderr.on('data', (data) => (failed += data));
    const answer = new Promise<any>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        begin();
        if (code === 0) resolve(JSON.parse(written.trim().split('\n').pop() as string));
        else reject(new Error(`${question} of ${model} ended with ${code}: ${failed.slice(-2000)}`));
      });
    });
    return { begun, answer };
  }
}
