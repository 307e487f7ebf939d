import { chmodSync, mkdirSync, writeFileSync } from 'fs';
import * as path from 'path';

/**
 * A stand-in for the AWS CLI that keeps a bucket in a folder: `s3 cp` both ways, of a folder too, `s3api head-object`,
 * `put-object`, `delete-object` and `list-objects-v2`, with the exit statuses and the wording of the real one where our scripts look at them. Every call is noted in
 * `calls`, every object that is read alone in `sent`; an object whose key is in `broken` cannot be read; a download takes the seconds in `pause`; `unlisted` is there where the role may not list, `refused` where it may read nothing,
 * `no-conditions` where the store refuses writes with conditions, `any-condition` where it does not look at them. The scripts run with the
 * real one in `scripts/store-cli.mjs`.
 */
const STUB = `#!/bin/sh
echo "$*" >> "$STUB_ROOT/calls"
cp "\${AWS_CONFIG_FILE:-/dev/null}" "$STUB_ROOT/aws-config" 2>/dev/null
command="$1 $2"
shift 2
metadata= recursive= includes= once= match=
while [ $# -gt 0 ]; do
  case $1 in
    --only-show-errors) ;;
    --recursive) recursive=1 ;;
    --exclude|--cli-connect-timeout) shift ;;
    --include) includes="$includes $2"; shift ;;
    --metadata) metadata=$2; shift ;;
    --bucket) bucket=$2; shift ;;
    --key) key=$2; shift ;;
    --prefix) prefix=$2; shift ;;
    --body) body=$2; shift ;;
    --if-none-match) once=$2; shift ;;
    --if-none-match=*) once=\${1#*=} ;;
    --if-match=*) match=\${1#*=} ;;
    --query) query=$2; shift ;;
    --output) shift ;;
    *) if [ -z "\${from:-}" ]; then from=$1; else to=$1; fi ;;
  esac
  shift
done
store=$STUB_ROOT/store
refuse() { echo "An error occurred ($1) when calling the $2 operation" >&2; exit 254; }
etag() { printf '"%s"' "$(md5sum < "$1" | cut -d ' ' -f 1)"; }
broken() { grep -qxF "$1" "$STUB_ROOT/broken" 2>/dev/null; }
if [ "$command" = 's3api head-object' ]; then
  if broken "$bucket/$key"; then refuse 503 HeadObject; fi
  [ -f "$store/$bucket/$key" ] || { echo 'An error occurred (404) when calling the HeadObject operation: Not Found' >&2; exit 254; }
  found=None origin=None
  if [ "$query" = '[ETag,Metadata.holder]' ]; then
    printf '%s\t%s\n' "$(etag "$store/$bucket/$key")" "$(cut -d = -f 2 "$STUB_ROOT/metadata/$bucket/$key")"
    exit 0
  fi
  if [ "$query" = Metadata.recipe ]; then cut -d = -f 2 "$STUB_ROOT/metadata/$bucket/$key" 2>/dev/null || echo None; exit 0; fi
  if [ -f "$STUB_ROOT/metadata/$bucket/$key" ]; then IFS=, read -r found origin < "$STUB_ROOT/metadata/$bucket/$key"; fi
  printf '%s\t%s\n' "\${found#sha256=}" "\${origin#origin=}"
  exit 0
fi
if [ "$command" = 's3api list-objects-v2' ]; then
  [ ! -f "$STUB_ROOT/unlisted" ] || { echo 'An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied' >&2; exit 254; }
  [ -d "$store/$bucket/$prefix" ] || { echo None; exit 0; }
  cd "$store/$bucket" || exit 1
  find "$prefix" -type f | LC_ALL=C sort | while read -r file; do
    case $query in *Size*) printf '%s\t%s\n' "$(($(wc -c < "$file")))" "$(echo "$file" | tr -s /)" ;; *) echo "$file" | tr -s / ;; esac
  done
  exit 0
fi
if [ "$command" = 's3api put-object' ]; then
  if broken "$bucket/$key"; then echo 'An error occurred (AccessDenied) when calling the PutObject operation: Access Denied' >&2; exit 254; fi
  [ ! -f "$STUB_ROOT/no-conditions" ] || [ -z "$once$match" ] || refuse NotImplemented PutObject
  if [ -f "$STUB_ROOT/any-condition" ]; then once= match=; fi
  # A condition and its write are one.
  exec 9> "$STUB_ROOT/lock"
  flock 9
  if [ "$once" = '*' ] && [ -f "$store/$bucket/$key" ]; then refuse PreconditionFailed PutObject; fi
  if [ -n "$match" ]; then
    [ -f "$store/$bucket/$key" ] || refuse NoSuchKey PutObject
    [ "$(etag "$store/$bucket/$key")" = "$match" ] || refuse PreconditionFailed PutObject
  fi
  mkdir -p "$store/$bucket/\${key%/*}" "$STUB_ROOT/metadata/$bucket/\${key%/*}"
  cp "$body" "$store/$bucket/$key"
  echo "$metadata" > "$STUB_ROOT/metadata/$bucket/$key"
  etag "$body"
  exit 0
fi
if [ "$command" = 's3api delete-object' ]; then
  [ ! -f "$STUB_ROOT/no-conditions" ] || [ -z "$match" ] || refuse NotImplemented DeleteObject
  if [ -n "$match" ] && [ ! -f "$STUB_ROOT/any-condition" ]; then
    [ "$(etag "$store/$bucket/$key")" = "$match" ] || refuse PreconditionFailed DeleteObject
  fi
  rm -f "$store/$bucket/$key" "$STUB_ROOT/metadata/$bucket/$key"
  exit 0
fi
[ "$command" = 's3 cp' ] || { echo "unknown command $command" >&2; exit 2; }
case $from in
  s3://*)
    object=\${from#s3://}
    if [ -n "$recursive" ]; then
      failed=0
      for name in $includes; do
        if [ ! -f "$store/$object$name" ]; then continue; fi
        if broken "$object$name"; then echo "download failed: s3://$object$name: Connection was closed" >&2; failed=1; continue; fi
        file=$to$name
        mkdir -p "\${file%/*}"
        cp "$store/$object$name" "$file"
      done
      exit "$failed"
    fi
    if [ ! -f "$store/$object" ]; then
      echo 'fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist' >&2
      exit 1
    fi
    if broken "$object"; then echo 'fatal error: Connection was closed' >&2; exit 1; fi
    if [ -f "$STUB_ROOT/refused" ]; then echo 'fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden' >&2; exit 1; fi
    echo "$object" >> "$STUB_ROOT/sent"
    # As the real one writes it: under another name, and not at once.
    head -c 4 "$store/$object" > "$to.part"
    [ ! -f "$STUB_ROOT/pause" ] || sleep "$(cat "$STUB_ROOT/pause")"
    cp "$store/$object" "$to.part" && mv "$to.part" "$to" ;;
  *)
    object=\${to#s3://}
    if broken "$object"; then echo 'upload failed: AccessDenied' >&2; exit 1; fi
    mkdir -p "$store/\${object%/*}" "$STUB_ROOT/metadata/\${object%/*}"
    cp "$from" "$store/$object"
    if [ -n "$metadata" ]; then echo "$metadata" > "$STUB_ROOT/metadata/$object"; fi ;;
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
