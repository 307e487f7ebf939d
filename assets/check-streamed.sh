#!/bin/sh
# Whether an engine that reads its weights from the store by itself finds there what was imported, and no other weights.
set -euf

uri=${STREAMED_URI:?}
location=${uri#s3://}
prefix=${location#*/}/
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' INT TERM
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10

say() { printf 'check: %s\n' "$*" >&2; }
fail() { say "ERROR: $*"; exit 1; }

aws s3 cp --only-show-errors "$uri/SHA256SUMS" "$scratch/SHA256SUMS" < /dev/null ||
  fail "cannot read $uri/SHA256SUMS, the manifest that is written last when a model is imported; is the import finished, may this pod read the store, and can it reach it?"
cr=$(printf '\r') mark=$(printf '\357\273\277')
while read -r hash path || [ -n "$hash" ]; do
  path=${path#\*}
  path=${path%"$cr"}
  hash=${hash#"$mark"}
  while [ "$path" != "${path#./}" ]; do path=${path#./}; done
  [ -n "$hash$path" ] && [ "$path" != SHA256SUMS ] || continue
  case $path in ''|/*|*..*|*[!A-Za-z0-9._/@+=-]*) fail "$uri/SHA256SUMS names a file that is not allowed: $path" ;; esac
  printf '%s\n' "$path"
done < "$scratch/SHA256SUMS" > "$scratch/names"
LC_ALL=C sort -u "$scratch/names" > "$scratch/imported"
[ -s "$scratch/imported" ] || fail "$uri/SHA256SUMS is empty; import the model again"

aws s3api list-objects-v2 --bucket "${location%%/*}" --prefix "$prefix" --query 'Contents[].[Size,Key]' --output text < /dev/null > "$scratch/listed" ||
  fail "$uri cannot be listed, as an engine must that streams weights from it; let this pod list the bucket"
while read -r _ key; do printf '%s\n' "${key#"$prefix"}"; done < "$scratch/listed" | LC_ALL=C sort > "$scratch/there"

missing=$(LC_ALL=C comm -23 "$scratch/imported" "$scratch/there" | head -n 1)
[ -z "$missing" ] || fail "there is no $uri/$missing, which $uri/SHA256SUMS lists; import the model again"

# The engine loads every file of this kind in the folder itself, whatever an index says.
plain=0 consolidated=0
while read -r path; do
  case $path in
    */*) ;;
    consolidated*.safetensors) consolidated=1 ;;
    *.safetensors) plain=1 ;;
  esac
done < "$scratch/there"
LC_ALL=C comm -13 "$scratch/imported" "$scratch/there" > "$scratch/others"
while read -r path; do
  case $path in
    */*) ;;
    *.safetensors) fail "$uri/$path is not in $uri/SHA256SUMS, but would be loaded; remove it, or import the model again" ;;
  esac
done < "$scratch/others"
[ $((plain + consolidated)) -gt 0 ] || fail "$uri has no safetensors, and no other weights can be streamed; leave weightLoading out"
[ $((plain + consolidated)) -lt 2 ] || fail "$uri has its weights twice, also as consolidated*.safetensors, and both would be loaded; remove those, or leave weightLoading out"
say 'all files are in the store'
