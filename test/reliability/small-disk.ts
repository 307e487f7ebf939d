import { spawn, spawnSync } from 'child_process';

/** How a script ended on a small disk, with the files that it left there. */
export interface OnDisk {
  readonly status: number | null;
  readonly stderr: string;
  /** Lines `<bytes> <path below the disk>`. */
  readonly files: string[];
}

/** A file system of its own for one process, as its own root user where it is not root already: no right of this machine is needed. */
const ALONE = ['unshare', '--map-root-user', '--mount', '/bin/sh', '-c'];

/** Why there can be no such disk; nothing where there can. */
export const withoutDisks = ((): string | undefined => {
  const { status, stderr, error } = spawnSync(ALONE[0], [...ALONE.slice(1), 'mount -t tmpfs tmpfs /tmp'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `no file system of one's own: ${error?.message ?? stderr}`;
})();

/**
 * Runs a script with a disk of a few MiB mounted on a folder, which is really full when it is full.
 *
 * @param disk the folder
 * @param mib its size
 * @param script path of the script
 * @param env all of its environment
 */
export function onSmallDisk(
  disk: string,
  mib: number,
  script: string,
  env: { [name: string]: string },
): Promise<OnDisk> {
  const steps = [
    'mount -t tmpfs -o size="$DISK_MIB"m tmpfs "$DISK"',
    'sh "$SCRIPT"',
    'status=$?',
    `cd "$DISK" && find . -type f -printf '%s %P\\n' | LC_ALL=C sort`,
    'exit "$status"',
  ];
  const child = spawn(ALONE[0], [...ALONE.slice(1), steps.join('\n')], {
    env: { ...env, DISK: disk, DISK_MIB: String(mib), SCRIPT: script },
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (chunk) => (said[stream] += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) =>
      resolve({ status, stderr: said.stderr, files: said.stdout.split('\n').filter(Boolean) }),
    );
  });
}
