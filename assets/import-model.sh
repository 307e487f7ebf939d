#!/bin/sh
set -eu

uri=${MODEL_URI:?}
scratch=${SCRATCH_DIR:?}
list=${FILE_LIST:-}
source=${SOURCE_DIR:-}
location=${uri#s3://}
bucket=${location%%/*}
prefix=${location#*/}

say() { printf 'import: %s\n' "$*" >&2; }
fail() { say "ERROR: $*"; exit 1; }

export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10
checksum() { sha256sum < "$1" | cut -d ' ' -f 1; }

check_path() {
  case $1 in ''|/*|*..*|*[!A-Za-z0-9._/@+=-]*) fail "the path '$1' is not allowed; use letters, digits and . _ / @ + = -" ;; esac
  [ "$1" != SHA256SUMS ] || fail 'SHA256SUMS is the manifest and cannot be a file of the model'
}

# Files of a folder, those of its folders included.
walk() {
  for entry in "$1"/*; do
    [ -e "$entry" ] || continue
    case ${entry##*/} in lost+found) continue ;; esac
    if [ -d "$entry" ]; then (walk "$entry"); else printf '%s\n' "$entry"; fi
  done
}

# What has to be stored, as lines <sha256 or -> <path> <url or local file>.
wanted=$scratch/wanted
if [ -n "$list" ]; then
  cp "$list" "$wanted"
else
  [ -d "${source:?}" ] || fail "there is no folder $source"
  if [ -f "$source/SHA256SUMS" ]; then
    say 'checking the files against their own SHA256SUMS'
    (cd "$source" && sha256sum -c --quiet SHA256SUMS) || fail 'the files do not match the SHA256SUMS beside them'
  fi
  walk "$source" > "$scratch/found"
  : > "$wanted"
  while read -r file; do
    path=${file#"$source"/}
    [ "$path" != SHA256SUMS ] || continue
    check_path "$path"
    printf '%s %s %s\n' "$(checksum "$file")" "$path" "$file" >> "$wanted"
  done < "$scratch/found"
fi
[ -s "$wanted" ] || fail 'there are no files to import'
while read -r hash path from; do check_path "$path"; done < "$wanted"

# The checksum that an object carries, nothing where there is no such object.
stored() {
  found=$(aws s3api head-object --bucket "$bucket" --key "$prefix/$1" --query Metadata.sha256 --output text 2>/dev/null < /dev/null) || found=
  [ "$found" != None ] || found=
  printf '%s' "$found"
}

download() {
  if [ -f "$scratch/file.of" ] && [ "$(cat "$scratch/file.of")" = "$1" ] && [ -s "$scratch/file.part" ]; then
    say "going on with $1"
  else
    rm -f "$scratch/file.part"
    printf '%s\n' "$1" > "$scratch/file.of"
  fi
  set -- "$1" --fail --location --silent --show-error --proto '=https,http' --retry 5 --retry-delay 2 --output "$scratch/file.part"
  url=$1
  shift
  if ! curl "$@" --continue-at - "$url"; then
    say "starting $url again"
    rm -f "$scratch/file.part"
    curl "$@" "$url" || fail "cannot download $url"
  fi
}

# Is the version complete already?
if aws s3 cp --only-show-errors "$uri/SHA256SUMS" "$scratch/known" > /dev/null 2> "$scratch/error" < /dev/null; then
  lines=0
  while read -r hash path from; do
    lines=$((lines + 1))
    known=
    while read -r known_hash known_path; do
      [ "$known_path" != "$path" ] || known=$known_hash
    done < "$scratch/known"
    [ -n "$known" ] || fail "$uri is complete and does not hold $path; import other files as another version"
    [ "$hash" = - ] || [ "$hash" = "$known" ] || fail "$uri is complete with another $path; import it as another version"
  done < "$wanted"
  [ "$lines" -eq "$(wc -l < "$scratch/known")" ] || fail "$uri is complete and holds other files; import these as another version"
  say "$uri is complete"
  exit 0
fi
case $(cat "$scratch/error") in
  *404*|*NoSuchKey*|*'Not Found'*|*'does not exist'*) ;;
  *) cat "$scratch/error" >&2; fail "cannot read $uri" ;;
esac

: > "$scratch/sums"
while read -r hash path from; do
  have=$(stored "$path")
  if [ -n "$have" ] && { [ "$hash" = - ] || [ "$hash" = "$have" ]; }; then
    say "kept $path"
    printf '%s  %s\n' "$have" "$path" >> "$scratch/sums"
    continue
  fi
  if [ -n "$list" ]; then
    download "$from"
    file=$scratch/file.part
    actual=$(checksum "$file")
    if [ "$hash" != - ] && [ "$hash" != "$actual" ]; then
      rm -f "$file"
      fail "$from is not what was asked for: its checksum is $actual, not $hash"
    fi
  else
    file=$from
    actual=$hash
  fi
  aws s3 cp --only-show-errors --metadata "sha256=$actual" "$file" "$uri/$path" < /dev/null || fail "cannot write $uri/$path"
  [ -z "$list" ] || rm -f "$file"
  say "stored $path"
  printf '%s  %s\n' "$actual" "$path" >> "$scratch/sums"
done < "$wanted"

LC_ALL=C sort -k 2 "$scratch/sums" > "$scratch/SHA256SUMS"
aws s3 cp --only-show-errors "$scratch/SHA256SUMS" "$uri/SHA256SUMS" < /dev/null || fail "cannot write $uri/SHA256SUMS"
say "$uri is complete: $(wc -l < "$scratch/SHA256SUMS") files"
