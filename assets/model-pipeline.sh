#!/bin/sh
# What the containers of a pipeline run: begin, run or publish, by the first word. Ends with 75, EX_TEMPFAIL of sysexits.h, where another try may help, and
# with 73, EX_CANTCREAT, where the version is there and was made of something else.
set -euf

work=${WORK_DIR:?}
scripts=${0%/*}
# There once the version is known to be complete, so that nothing is computed.
complete=$work/.complete

say() { printf 'pipeline: %s\n' "$*" >&2; }

# Is the version there? Its manifest, which is written last, says what it was made of. Else what is read is fetched.
begin() {
  uri=${OUTPUT_URI:?} recipe=${RECIPE:?}
  bucket=${uri#s3://}
  prefix=${bucket#*/} bucket=${bucket%%/*}
  said=$(mktemp -d)
  mkdir -p "$work"
  rm -f "$complete"
  if aws s3api head-object --bucket "$bucket" --key "$prefix/SHA256SUMS" --query Metadata.recipe --output text > "$said/recipe" 2> "$said/error" < /dev/null; then
    found=$(cat "$said/recipe")
    if [ "$found" != "$recipe" ]; then
      say "ERROR: $uri is complete and was made of something else ($found, not $recipe); give another outputVersion, or leave it out"
      exit 73
    fi
    say "$uri is complete; nothing is computed"
    : > "$complete"
    exit 0
  fi
  case $(cat "$said/error") in
    *404*|*NoSuchKey*|*'Not Found'*) ;;
    *) cat "$said/error" >&2; say "ERROR: cannot ask for $uri"; exit 75 ;;
  esac
  exec /bin/sh "$scripts/assemble.sh"
}

run() {
  if [ -e "$complete" ]; then exit 0; fi
  exec "$@"
}

publish() {
  if [ ! -e "$complete" ]; then
    export SOURCE_DIR="$work/output" SOURCE_ROOT="$work/output"
    /bin/sh "$scripts/import.sh"
  fi
  # Of a volume that other pods use after this one, also where the one before was killed as soon as all was published.
  if [ -n "${CLEAR_WORK:-}" ]; then rm -rf "$work"; fi
}

part=${1:-}
[ $# -eq 0 ] || shift
case $part in
  begin) begin ;;
  run) run "$@" ;;
  publish) publish ;;
  *) say "ERROR: the first word must be begin, run or publish; got '$part'"; exit 1 ;;
esac
