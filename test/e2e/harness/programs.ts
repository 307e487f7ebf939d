import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

/** Writes a stand-in for the AWS client that knows one thing: the token of the control plane. Returns the folder it is in. */
export function awsProgram(folder: string, token: string): string {
  mkdirSync(folder, { recursive: true });
  const credential = JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    kind: 'ExecCredential',
    spec: {},
    status: { token },
  });
  const file = path.join(folder, 'aws');
  const script = [
    '#!/bin/sh',
    '# Plays the AWS client for the Kubernetes and Helm providers.',
    'case "$*" in',
    `  'eks get-token '*--cluster-name*) printf '%s\\n' '${credential}' ;;`,
    `  *) echo "the stand-in for the AWS client cannot: aws $*" >&2; exit 2 ;;`,
    'esac',
    '',
  ].join('\n');
  writeFileSync(file, script, { mode: 0o700 });
  chmodSync(file, 0o700);
  return folder;
}
