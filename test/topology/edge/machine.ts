import { createHash } from 'crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'fs';
import { spawnSync } from 'child_process';
import { tmpdir } from 'os';
import * as path from 'path';

/** Programs of a machine, as far as `edge-bootstrap.sh` calls them; those with a state keep it in files of `$STATE`, and each call is noted. */
const PROGRAMS: { readonly [name: string]: string } = {
  id: 'cat "$STATE/uid" 2> /dev/null || echo 0',
  uname: 'cat "$STATE/machine"',
  'nvidia-smi': '[ ! -e "$STATE/no-gpu" ] || exit 9\ncat "$STATE/driver"',
  'nvidia-container-runtime': ':',
  nvpmodel: `case $1 in
  -q) printf 'NV Power Mode: X\\n%s\\n' "$(cat "$STATE/mode" 2> /dev/null || echo 9)" ;;
  -m) read -r answer; [ "$answer" = YES ] || exit 1; echo "$2" > "$STATE/mode" ;;
esac`,
  systemctl: `for unit; do :; done
case $1 in
  is-enabled) [ -e "$STATE/enabled-$unit" ] ;;
  is-active) [ -e "$STATE/active-$unit" ] ;;
  enable) touch "$STATE/enabled-$unit" ;;
  start | restart) touch "$STATE/active-$unit" ;;
esac`,
  // A package is a text with its name and its version.
  'dpkg-deb': 'sed -n "s/^$3: //p" "$2"',
  'dpkg-query': 'for name; do :; done\ncat "$STATE/package-$name" 2> /dev/null',
  dpkg: 'shift\nfor file; do sed -n "s/^Version: //p" "$file" > "$STATE/package-$(sed -n "s/^Package: //p" "$file")"; done',
  curl: `while [ $# -gt 1 ]; do
  if [ "$1" = --output ]; then out=$2; fi
  shift
done
[ -e "$STATE/web/\${1##*/}" ] || exit 22
cat "$STATE/web/\${1##*/}" > "$out"`,
};

/** What only looks, and changes nothing. */
const LOOKS = /^(id|uname|nvidia-smi|nvpmodel -q|systemctl is-|dpkg-deb|dpkg-query)/;

/** A machine in a folder, with stand-ins for its programs. */
export class Machine {
  public readonly root = mkdtempSync(path.join(tmpdir(), 'edge-'));
  public readonly bundle = path.join(this.root, 'bundle');
  private readonly state = path.join(this.root, 'state');
  private readonly disk = path.join(this.root, 'disk');

  public constructor(machine = 'x86_64', driver = '580.95.05') {
    const bin = path.join(this.root, 'bin');
    for (const folder of [bin, this.bundle, path.join(this.state, 'web'), path.join(this.disk, 'run/systemd/system')])
      mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(PROGRAMS)) {
      const file = path.join(bin, name);
      writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "$STATE/calls"\n${text}\n`);
      chmodSync(file, 0o755);
    }
    this.keep('machine', machine);
    this.keep('driver', driver);
  }

  /** Sets what a program says. */
  public keep(name: string, text: string): void {
    writeFileSync(path.join(this.state, name), `${text}\n`);
  }

  /** A file of the machine. */
  public put(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.disk, file)), { recursive: true });
    writeFileSync(path.join(this.disk, file), text);
  }

  /** A file of the folder that the machine is set up from, with its checksum. */
  public carry(name: string, text: string): string {
    writeFileSync(path.join(this.bundle, name), text);
    return createHash('sha256').update(text).digest('hex');
  }

  /** Runs a script of the folder; what it called that changes something, and what it said. */
  public run(script: string): { status: number | null; output: string; calls: string[] } {
    const calls = path.join(this.state, 'calls');
    rmSync(calls, { force: true });
    const env = {
      ...{ PATH: `${path.join(this.root, 'bin')}:/usr/bin:/bin`, STATE: this.state, EDGE_ROOT: this.disk },
      TMPDIR: this.root,
    };
    const { status, stdout, stderr } = spawnSync('/bin/sh', [path.join(this.bundle, script)], {
      env,
      encoding: 'utf8',
    });
    const called = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    return { status, output: `${stdout}${stderr}`, calls: called.filter((call) => !LOOKS.test(call)) };
  }

  /** Every file of the machine, with its mode and its text. */
  public files(): { [file: string]: string } {
    const all = readdirSync(this.disk, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      all.flatMap((file) => {
        const { mode } = statSync(path.join(this.disk, file));
        const whole = path.join(this.disk, file);
        return statSync(whole).isFile() ? [[file, `${(mode & 0o777).toString(8)} ${readFileSync(whole, 'utf8')}`]] : [];
      }),
    );
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
