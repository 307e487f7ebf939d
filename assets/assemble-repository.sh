#!/bin/sh
set -euf

config=${CONFIG_DIR:?}
root=${MODELS_DIR:?}
workers=${WORKERS:-4}
# Up to this size, files come many in one process: starting one costs more than they do.
small=${SMALL_BYTES:-67108864} at_once=${SMALL_FILES:-200}
tab=$(printf '\t') mark=$(printf '\357\273\277')
# What has not been checked yet, on the disk where it belongs and in no folder of a model.
incoming=$root/.incoming

say() { printf 'assemble: %s\n' "$*" >&2; }
fail() { say "ERROR: $*"; exit 1; }

scratch=$(mktemp -d)
end() {
  # A pod that does not start needs nothing.
  [ "$1" -eq 0 ] || [ -z "${CACHE_DIR:-}" ] || rm -f "$CACHE_DIR/leases/${POD_UID:?}"
  rm -rf "$scratch"
}
trap 'end "$?"' EXIT
trap 'exit 143' INT TERM

# Large files come in parallel ranges. The classic client, because the one that the CLI prefers on p4d, p5 and p6 takes 16 to 24 GiB of
# buffers whatever limit the container has.
printf '[default]\ns3 =\n  preferred_transfer_client = classic\n  max_concurrent_requests = 16\n  multipart_chunksize = 32MB\n' > "$scratch/aws-config"
export AWS_CONFIG_FILE="$scratch/aws-config" AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10

checksum() { sha256sum < "$1" | cut -d ' ' -f 1; }
mib() { printf '%s MiB' "$((($1 + 1048575) / 1048576))"; }

# A manifest as lines <path> <tab> <checksum>, or the reason why it is none: <manifest> <its name> <file to write>. Taken is what sha256sum writes, of
# `find .` too, from Windows, or joined by hand without a last line end; refused is what would write outside its folder.
read_manifest() {
  cr=$(printf '\r')
  : > "$scratch/lines"
  while read -r hash path || [ -n "$hash" ]; do
    path=${path#\*}
    path=${path%"$cr"}
    hash=${hash#"$mark"} hash=${hash%"$cr"}
    [ -n "$hash$path" ] || continue
    while [ "$path" != "${path#./}" ]; do path=${path#./}; done
    [ "$path" != SHA256SUMS ] || continue
    case $hash in *[!0-9A-Fa-f]*|'') fail "$2 has a line that is no checksum: $hash $path" ;; esac
    [ "${#hash}" -eq 64 ] || fail "$2 has a line that is no SHA-256 checksum: $hash $path"
    case $path in ''|/*|*..*|*[!A-Za-z0-9._/@+=-]*) fail "$2 names a file that is not allowed: $path" ;; esac
    case $hash in *[A-F]*) hash=$(printf '%s' "$hash" | tr A-F a-f) ;; esac
    printf '%s\t%s\n' "$path" "$hash" >> "$scratch/lines"
  done < "$1"
  LC_ALL=C sort -u "$scratch/lines" > "$3"
}

# Is a path one of those left out? <path> <patterns>. Those after a | hold what the safetensors elsewhere hold.
left_out() {
  for pattern in $2; do
    if [ "$pattern" = '|' ] && [ "$safetensors" = 0 ]; then return 1; fi
    # shellcheck disable=SC2254  # it is a pattern
    case $1 in $pattern) return 0 ;; esac
  done
  return 1
}

# The manifest of a folder, into $scratch/SHA256SUMS: <uri> <options of the CLI>
get_manifest() {
  manifest=$1/SHA256SUMS
  shift
  aws s3 cp --only-show-errors "$@" "$manifest" "$scratch/SHA256SUMS" < /dev/null
}

# What the CLI says of a store that does not answer, and of one that lets this pod read nothing: <file with what it said>
is_unreachable() {
  case $(cat "$1") in
    *'ould not connect'*|*'onnect timeout'*|*'ead timeout'*|*'onnection was closed'*|*'(500)'*|*'(503)'*) return 0 ;;
  esac
  return 1
}
is_refused() {
  case $(cat "$1") in
    *'(403)'*|*' 403 '*|*AccessDenied*|*Forbidden*|*InvalidAccessKeyId*|*SignatureDoesNotMatch*|*ExpiredToken*) return 0 ;;
    *'nable to locate credentials'*) return 0 ;;
  esac
  return 1
}

plan_folder() {
  if ! get_manifest "$2" 2> "$scratch/said"; then
    cat "$scratch/said" >&2
    if is_unreachable "$scratch/said"; then
      fail "cannot read $2/SHA256SUMS: the store cannot be reached; does it answer, and do the network and its policies let this pod reach it?"
    elif is_refused "$scratch/said"; then
      fail "cannot read $2/SHA256SUMS: access is refused; the role or the credentials of this pod must be allowed to read the store. Where they may not list it, S3 says the same of a model that is not there"
    fi
    fail "cannot read $2/SHA256SUMS, the manifest that is written last when a model is imported; is the import finished?"
  fi
  plan_files "$1" "$2" "$4"
}

# What a folder will hold, as lines <path> <tab> <checksum> <tab> <bytes, or - where they cannot be found out>, into $scratch/<number>.files:
# <number> <uri> <patterns>
plan_files() {
  plan_wanted "$@"
  location=${2#s3://}
  prefix=${location#*/}/
  if aws s3api list-objects-v2 --bucket "${location%%/*}" --prefix "$prefix" --query 'Contents[].[Size,Key]' --output text < /dev/null > "$scratch/listed"; then
    while read -r size key; do printf '%s\t%s\n' "${key#"$prefix"}" "$size"; done < "$scratch/listed" | LC_ALL=C sort > "$scratch/sizes"
    LC_ALL=C join -t "$tab" -a 1 -e - -o 0,1.2,2.2 "$scratch/wanted" "$scratch/sizes" > "$scratch/$1.files"
    while read -r path hash size; do
      [ "$size" != - ] || fail "there is no $2/$path, which $2/SHA256SUMS lists; import the model again"
    done < "$scratch/$1.files"
  else
    say "WARNING: $2 cannot be listed, so whether there is room for it is not known"
    while read -r path hash; do printf '%s\t%s\t-\n' "$path" "$hash"; done < "$scratch/wanted" > "$scratch/$1.files"
  fi
}

# The files of $scratch/SHA256SUMS that are not left out, as lines <path> <tab> <checksum>, into $scratch/wanted: <number> <uri> <patterns>
plan_wanted() {
  read_manifest "$scratch/SHA256SUMS" "$2/SHA256SUMS" "$scratch/all"
  [ -s "$scratch/all" ] || fail "$2/SHA256SUMS is empty; import the model again"
  twice=$(cut -f 1 "$scratch/all" | uniq -d | head -n 1)
  [ -z "$twice" ] || fail "$2/SHA256SUMS has two checksums for $twice"
  safetensors=0
  while read -r path hash; do
    case $path in *consolidated*|original/*|metal/*) ;; *.safetensors) safetensors=1 ;; esac
  done < "$scratch/all"
  while read -r path hash; do
    if left_out "$path" "$3"; then say "left out $path"; else printf '%s\t%s\n' "$path" "$hash"; fi
  done < "$scratch/all" > "$scratch/wanted"
  [ -s "$scratch/wanted" ] || fail "all files of $2 are left out"
}

# What has arrived, where it belongs if it is what the manifest says: <file> <uri> <local folder> <checksum> <path>
settle() {
  found=$(checksum "$1")
  if [ "$found" != "$4" ]; then
    rm -f "$1"
    say "ERROR: $2/$5 is corrupt: SHA256SUMS says $4, the object has $found"
    return 1
  fi
  target=$3/$5
  mkdir -p "${target%/*}" && mv -f "$1" "$target" || return 1
  say "copied $5"
}

# Lines <path> <checksum> of a list, all at once: <list> <uri> <local folder>
copy_small() {
  list=$1 uri=$2 folder=$3
  set --
  while read -r path hash; do set -- "$@" --include "$path"; done < "$list"
  complete=0
  aws s3 cp --only-show-errors --recursive --exclude '*' "$@" "$uri/" "$incoming/" < /dev/null || complete=1
  while read -r path hash; do
    if [ -f "$incoming/$path" ]; then
      settle "$incoming/$path" "$uri" "$folder" "$hash" "$path" || complete=1
    else
      say "ERROR: cannot copy $uri/$path, which $uri/SHA256SUMS lists"
      complete=1
    fi
  done < "$list"
  rm -rf "$incoming"
  return "$complete"
}

# One file: <uri> <local folder> <checksum> <path> <worker>
copy_large() {
  arriving=$incoming/$5
  mkdir -p "$incoming" && rm -rf "$arriving" || return 1
  if ! aws s3 cp --only-show-errors "$1/$4" "$arriving" < /dev/null; then
    say "ERROR: cannot copy $1/$4, which $1/SHA256SUMS lists"
    return 1
  fi
  settle "$arriving" "$1" "$2" "$3" "$4"
}

# Every large file whose line number belongs to a worker: <worker> <list> <uri> <local folder>
copy_share() {
  line=0
  while read -r path hash; do
    line=$((line + 1))
    [ $((line % workers)) -eq "$1" ] || continue
    copy_large "$3" "$4" "$hash" "$path" "$1" || return 1
  done < "$2"
}

# <number> <uri> <local folder>
copy_folder() {
  say "$2 to $3"
  mkdir -p "$3"
  : > "$scratch/large"
  count=0
  while read -r path hash size; do
    if [ -f "$3/$path" ]; then
      say "kept $path"
    elif [ "$size" != - ] && [ "$size" -le "$small" ]; then
      printf '%s %s\n' "$path" "$hash" >> "$scratch/small.$1.$((count / at_once))"
      count=$((count + 1))
    else
      printf '%s %s\n' "$path" "$hash" >> "$scratch/large"
    fi
  done < "$scratch/$1.files"
  failed=0
  batch=0
  while [ -f "$scratch/small.$1.$batch" ]; do
    copy_small "$scratch/small.$1.$batch" "$2" "$3" || failed=1
    batch=$((batch + 1))
  done
  [ "$failed" -ne 0 ] || share_out copy_share "$scratch/large" "$2" "$3" || failed=1
  rm -rf "$incoming"
  [ "$failed" -eq 0 ] || fail "the copy of $2 is not complete"
}

# Runs a function that takes the number of a worker first, once for each: <function> <what it takes besides>
share_out() {
  function=$1
  shift
  worker=0
  jobs=
  while [ "$worker" -lt "$workers" ]; do
    "$function" "$worker" "$@" &
    jobs="$jobs $!"
    worker=$((worker + 1))
  done
  broken=0
  for job in $jobs; do wait "$job" || broken=1; done
  return "$broken"
}

# Every line of a plan, numbered, for a function that takes <number> <uri> <local folder> <patterns>: <plan> <function> [<what numbers begin with>]
for_each() {
  number=0
  while read -r uri folder patterns; do
    [ -n "$uri" ] || continue
    number=$((number + 1))
    "$2" "${3:-}$number" "$uri" "$root/$folder" "$patterns"
  done < "$1"
}

# What is there already and good stays; what is damaged goes, so that it is not counted twice.
add_sizes() {
  while read -r path hash size; do
    [ "$size" != - ] || size=0
    total=$((total + size))
    if [ -f "$3/$path" ] && [ "$(checksum "$3/$path")" = "$hash" ]; then continue; fi
    rm -f "$3/$path"
    missing=$((missing + size))
  done < "$scratch/$1.files"
}

# Empty where no model has files in the store.
printf '%s\n' "${MODEL_PLAN?}" > "$scratch/plan"
mkdir -p "$root"
rm -rf "$incoming"
if [ -n "${CACHE_DIR:-}" ]; then
  # shellcheck source=assets/model-cache.sh
  . "$config/model-cache.sh"
  # shellcheck source=assets/fill-cache.sh
  . "$config/fill-cache.sh"
  fill_cache
fi
for_each "$scratch/plan" plan_folder
total=0 missing=0
for_each "$scratch/plan" add_sizes
# Before the first byte: a volume that overflows gets the pod evicted, and the next one would begin again.
if [ -n "${MODELS_MIB:-}" ] && [ "$total" -gt "$((MODELS_MIB * 1048576))" ]; then
  fail "the files of the models take $(mib "$total"), but their volume may hold $MODELS_MIB MiB; leave out what is not served, or say how large they are: checkpointSize, or modelSize of an ONNX model"
fi
free=$(df -B1 --output=avail "$root" | tail -n 1)
if [ "$missing" -gt "$((free))" ]; then
  fail "the files of the models take $(mib "$missing") more, but the disk of the node has $(mib "$((free))") left; use nodes with a larger disk"
fi
for_each "$scratch/plan" copy_folder

# Last, so that Triton never sees a model whose weights are not all there. vLLM's own server has no repository.
if [ -d "$config/repository" ]; then
  mkdir -p "$root/repository"
  cp -R -L "$config/repository/." "$root/repository/"
fi
say 'the models are complete'
