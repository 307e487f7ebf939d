import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';

/** The most memory that each program has had that was started with a folder in its arguments, MiB; empty where `/proc` is not Linux's. */
export function peaksOf(folder: string): { readonly program: string; readonly megabytes: number }[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return ''; // it has ended
    }
  };
  const processes = read('/proc/self/status') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return processes.flatMap((id) => {
    const [program, ...args] = read(`/proc/${id}/cmdline`).split('\0');
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${id}/status`));
    if (!peak || program.endsWith('/sh') || !args.some((argument) => argument.includes(folder))) return [];
    return [{ program: path.basename(program), megabytes: Number(peak[1]) / 1024 }];
  });
}
