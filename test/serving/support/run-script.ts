import { spawn } from 'child_process';
import { createHash } from 'crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import * as path from 'path';

/** How a script ended. */
export interface Run {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs a script in the system's POSIX shell, with nothing of our own environment but what is given, as another user where one is. */
export function runScript(script: string, folder: string, env: { [name: string]: string }, uid?: number): Promise<Run> {
  const file = path.join(folder, 'script.sh');
  writeFileSync(file, script);
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', [file], { env, cwd: folder, uid });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

/** SHA-256 in hexadecimal. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Writes a file with its folders. */
export function put(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The text of a file, nothing when there is none. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Lines of `sha256sum` for files. */
export function manifest(files: { [path: string]: string }): string {
  return Object.entries(files)
    .map(([name, content]) => `${sha256(content)}  ${name}\n`)
    .join('');
}
