import { chmodSync, mkdirSync, writeFileSync } from 'fs';
import * as path from 'path';

/**
 * A stand-in for the AWS CLI that keeps a bucket in a folder: `s3 cp` both ways and `s3api head-object`, with the exit statuses and
 * the wording of the real one where our scripts look at them. Every call is noted in `calls`; an object whose key is in `broken`
 * cannot be read.
 */
const STUB = `#!/bin/sh
echo "$*" >> "$STUB_ROOT/calls"
command="$1 $2"
shift 2
metadata=
while [ $# -gt 0 ]; do
  case $1 in
    --only-show-errors) ;;
    --metadata) metadata=$2; shift ;;
    --bucket) bucket=$2; shift ;;
    --key) key=$2; shift ;;
    --query|--output) shift ;;
    *) if [ -z "\${from:-}" ]; then from=$1; else to=$1; fi ;;
  esac
  shift
done
store=$STUB_ROOT/store
if [ "$command" = 's3api head-object' ]; then
  [ -f "$store/$bucket/$key" ] || { echo 'An error occurred (404) when calling the HeadObject operation: Not Found' >&2; exit 254; }
  if [ -f "$STUB_ROOT/metadata/$bucket/$key" ]; then cat "$STUB_ROOT/metadata/$bucket/$key"; else echo None; fi
  exit 0
fi
[ "$command" = 's3 cp' ] || { echo "unknown command $command" >&2; exit 2; }
case $from in
  s3://*)
    object=\${from#s3://}
    if [ ! -f "$store/$object" ]; then
      echo 'fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist' >&2
      exit 1
    fi
    if grep -qxF "$object" "$STUB_ROOT/broken" 2>/dev/null; then echo 'fatal error: Connection was closed' >&2; exit 1; fi
    cp "$store/$object" "$to" ;;
  *)
    object=\${to#s3://}
    if grep -qxF "$object" "$STUB_ROOT/broken" 2>/dev/null; then echo 'upload failed: AccessDenied' >&2; exit 1; fi
    mkdir -p "$store/\${object%/*}" "$STUB_ROOT/metadata/\${object%/*}"
    cp "$from" "$store/$object"
    if [ -n "$metadata" ]; then echo "\${metadata#sha256=}" > "$STUB_ROOT/metadata/$object"; fi ;;
esac
`;

/** Writes the stub and gives the environment in which it is `aws`. */
export function installStubAws(root: string): { [name: string]: string } {
  const bin = path.join(root, 'bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(path.join(root, 'store'), { recursive: true });
  writeFileSync(path.join(bin, 'aws'), STUB);
  chmodSync(path.join(bin, 'aws'), 0o755);
  return { PATH: `${bin}:${process.env.PATH}`, STUB_ROOT: root };
}
