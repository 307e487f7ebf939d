#!/bin/sh
# What the containers of a pipeline run: begin, run or publish, by the first word; run and publish beside each other. Ends with 75, EX_TEMPFAIL of sysexits.h,
# where another try may help, and with 73, EX_CANTCREAT, where the version is there and was made of something else.
set -euf

work=${WORK_DIR:?}
scripts=${0%/*}
uri=${OUTPUT_URI:?} recipe=${RECIPE:?}
bucket=${uri#s3://}
prefix=${bucket#*/} bucket=${bucket%%/*}
# Seconds between two words of the program that it runs, and after which silence it is taken for dead.
beat=${BEAT_SECONDS:-5} dead=${DEAD_SECONDS:-60}

say() { printf 'pipeline: %s\n' "$*" >&2; }
# shellcheck source=assets/version-lease.sh
. "$scripts/lease.sh"

# Whoever ends without having done all gives the lease back: <status>
end() {
  [ "$1" -eq 0 ] || release
  exit "$1"
}

# Is the version there? Its manifest, which is written last, says what it was made of.
is_complete() {
  if aws s3api head-object --bucket "$bucket" --key "$prefix/SHA256SUMS" --query Metadata.recipe --output text > "$state/recipe" 2> "$state/answer" < /dev/null; then
    made_of=$(cat "$state/recipe")
    if [ "$made_of" != "$recipe" ]; then
      say "ERROR: $uri is complete and was made of something else ($made_of, not $recipe); give another outputVersion, or leave it out"
      end 73
    fi
    return 0
  fi
  case $(cat "$state/answer") in
    *404*|*NoSuchKey*|*'Not Found'*) return 1 ;;
  esac
  cat "$state/answer" >&2
  say "ERROR: cannot ask for $uri"
  end 75
}

# Nothing is computed where the version is complete. Else one pod alone fetches what is read.
begin() {
  mkdir -p "$state"
  trap 'end 143' TERM INT
  if ! acquire is_complete; then
    say "$uri is complete; nothing is computed"
    : > "$state/complete"
    exit 0
  fi
  keep
  # It may have become so between the question and the lease.
  if is_complete; then
    say "$uri is complete; nothing is computed"
    : > "$state/complete"
    release
    exit 0
  fi
  mkdir -p "$work"
  status=0
  while_held /bin/sh "$scripts/assemble.sh" || status=$?
  stop_keeping
  rm -f "$state/beat"
  end "$status"
}

run() {
  if [ -e "$state/complete" ]; then exit 0; fi
  status=0
  while_held "$@" || status=$?
  note ended "$status"
  exit "$status"
}

# Waits for the program, whose container may be killed with all that is in it; its status is in $ended.
await_program() {
  while [ ! -e "$state/ended" ]; do
    is_held || { say 'ERROR: the lease is lost, another pod may be at work'; end 75; }
    if [ -e "$state/beat" ] && [ "$(since beat)" -gt "$dead" ]; then say "ERROR: the program has said nothing for $dead s"; end 75; fi
    sleep 1
  done
  ended=$(number "$state/ended")
}

publish() {
  trap 'end 143' TERM INT
  if [ ! -e "$state/complete" ]; then
    code=0
    renew || code=$?
    [ "$code" -ne 1 ] || : > "$state/lost"
    keep
    await_program
    if [ "$ended" -ne 0 ]; then say "the program ended with $ended; nothing is published"; end 75; fi
    export SOURCE_DIR="$work/output" SOURCE_ROOT="$work/output"
    status=0
    while_held /bin/sh "$scripts/import.sh" || status=$?
    [ "$status" -eq 0 ] || end "$status"
    release
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
