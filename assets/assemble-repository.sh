#!/bin/sh
set -eu

config=${CONFIG_DIR:?}
root=${MODELS_DIR:?}
workers=${WORKERS:-4}

say() { printf 'assemble: %s\n' "$*" >&2; }
fail() { say "ERROR: $*"; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' INT TERM

# Large files come in parallel ranges.
printf '[default]\ns3 =\n  max_concurrent_requests = 16\n  multipart_chunksize = 32MB\n' > "$scratch/aws-config"
export AWS_CONFIG_FILE="$scratch/aws-config" AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10

checksum() { sha256sum < "$1" | cut -d ' ' -f 1; }

# Refuses a manifest that is not what sha256sum writes, or that would write outside its folder.
check_manifest() {
  [ -s "$1" ] || fail "$2 is empty; import the model again"
  while read -r hash path; do
    path=${path#\*}
    case $hash in *[!0-9a-f]*|'') fail "$2 has a line that is no checksum: $hash $path" ;; esac
    [ "${#hash}" -eq 64 ] || fail "$2 has a line that is no SHA-256 checksum: $hash $path"
    case $path in ''|/*|*..*|*[!A-Za-z0-9._/@+=-]*) fail "$2 names a file that is not allowed: $path" ;; esac
  done < "$1"
}

# One file: <uri of its folder> <local folder> <checksum> <path>
copy_file() {
  target=$2/$4
  if [ -f "$target" ] && [ "$(checksum "$target")" = "$3" ]; then
    say "kept $4"
    return 0
  fi
  mkdir -p "${target%/*}" || return 1
  rm -f "$target" "$target.part"
  if ! aws s3 cp --only-show-errors "$1/$4" "$target.part" < /dev/null; then
    say "ERROR: cannot copy $1/$4, which $1/SHA256SUMS lists"
    return 1
  fi
  found=$(checksum "$target.part")
  if [ "$found" != "$3" ]; then
    rm -f "$target.part"
    say "ERROR: $1/$4 is corrupt: SHA256SUMS says $3, the object has $found"
    return 1
  fi
  mv "$target.part" "$target" || return 1
  say "copied $4"
}

# Every file of a manifest whose line number belongs to a worker: <worker> <manifest> <uri> <local folder>
copy_share() {
  line=0
  while read -r hash path; do
    line=$((line + 1))
    [ $((line % workers)) -eq "$1" ] || continue
    copy_file "$3" "$4" "$hash" "${path#\*}" || return 1
  done < "$2"
}

copy_folder() {
  say "$1 to $2"
  manifest=$scratch/SHA256SUMS
  if ! aws s3 cp --only-show-errors "$1/SHA256SUMS" "$manifest" < /dev/null; then
    fail "cannot read $1/SHA256SUMS, the manifest that is written last when a model is imported; is the import finished?"
  fi
  check_manifest "$manifest" "$1/SHA256SUMS"
  mkdir -p "$2"
  worker=0
  jobs=
  while [ "$worker" -lt "$workers" ]; do
    copy_share "$worker" "$manifest" "$1" "$2" &
    jobs="$jobs $!"
    worker=$((worker + 1))
  done
  failed=0
  for job in $jobs; do wait "$job" || failed=1; done
  [ "$failed" -eq 0 ] || fail "the copy of $1 is not complete"
}

printf '%s\n' "${MODEL_PLAN:?}" > "$scratch/plan"
while read -r uri folder; do
  [ -n "$uri" ] || continue
  copy_folder "$uri" "$root/$folder"
done < "$scratch/plan"

# Last, so that Triton never sees a model whose weights are not all there.
mkdir -p "$root/repository"
cp -R -L "$config/repository/." "$root/repository/"
say 'the model repository is complete'
