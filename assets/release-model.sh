#!/bin/sh
# The parts of a release that talk to the store: `read` gets what is signed, `write` puts the release where sites look for it. Of a rollout, `read-rings` gets
# what is signed and the state of pods before, and `serve` publishes what it is told to. The keys are in none of their containers.
set -euf

work=${WORK_DIR:?}
uri=${MODEL_URI:?}

say() { printf 'release: %s\n' "$*" >&2; }
later() { say "ERROR: $*"; exit 75; }
fail() { say "ERROR: $*"; exit 1; }

export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10
location=${uri#s3://}
prefix=${location#*/}/

read_version() {
  aws s3 cp --only-show-errors "$uri/SHA256SUMS" "$work/SHA256SUMS" < /dev/null ||
    later "cannot read $uri/SHA256SUMS, the manifest that is written last when a model is imported; is the import finished?"
  aws s3api list-objects-v2 --bucket "${location%%/*}" --prefix "$prefix" --query 'Contents[].[Size,Key]' --output text < /dev/null > "$work/listed" ||
    later "cannot list $uri"
  while read -r size key; do printf '%s\t%s\n' "$size" "${key#"$prefix"}"; done < "$work/listed" > "$work/sizes"
}

# take FILE NAME: gives what came with others its name; where it did not come, there is none.
take() { [ ! -e "$work/there/$1" ] || mv "$work/there/$1" "$work/$2"; }

# serve_order ORDER...: whether what is ordered is in the store.
serve_order() {
  case $1 in
    state) put state.new "$rollout/state" ;;
    keep) put "keep-$2" "$rollout/former-$2" ;;
    release) put "release-$2" "$releases/$CHANNEL-$2" ;;
    back) put "back-$2" "$releases/$CHANNEL-$2" ;;
    *) say "ERROR: there is no order $1"; return 1 ;;
  esac
}
put() { aws s3 cp --only-show-errors "$work/$1" "$2" < /dev/null && say "$2 is written"; }

serve() {
  done='' silent=0 seen=''
  while [ ! -e "$work/end" ]; do
    if [ -e "$work/order" ]; then
      read -r id order ring < "$work/order" || id=''
      if [ -n "$id" ] && [ "$id" != "$done" ]; then
        word=failed
        serve_order "$order" "$ring" && word=ok
        printf '%s %s\n' "$id" "$word" > "$work/answer.new"
        mv "$work/answer.new" "$work/answer"
        done=$id
      fi
    fi
    # The other container is killed where it has no time to say that it ends.
    now=$(stat -c %y "$work/beat" 2> /dev/null) || now=none
    if [ "$now" = "$seen" ]; then silent=$((silent + 1)); else silent=0; fi
    [ "$silent" -lt "${DEAD_SECONDS:-300}" ] || later 'the rollout says nothing any more'
    seen=$now
    sleep 1
  done
  read -r status < "$work/end" || status=75
  exit "$status"
}

case ${1:?} in
  read)
    release=${RELEASE_URI:?}
    # Only files of before; `before` must be there where a release is, or its number would not be compared.
    rm -f "$work/before" "$work/release"
    read_version
    place=${release#s3://}
    aws s3api list-objects-v2 --bucket "${place%%/*}" --prefix "${place#*/}" --query 'Contents[].[Key]' --output text < /dev/null > "$work/listed" ||
      later "cannot list $release"
    if grep -qxF "${place#*/}" "$work/listed"; then
      aws s3 cp --only-show-errors "$release" "$work/before" < /dev/null || later "cannot read $release"
    fi
    ;;
  write)
    release=${RELEASE_URI:?}
    [ -s "$work/release" ] || fail 'there is no signed release'
    aws s3 cp --only-show-errors "$work/release" "$release" < /dev/null || later "cannot write $release"
    say "$release names $uri"
    ;;
  read-rings)
    releases=${RELEASES_URI:?} rollout=${ROLLOUT_URI:?}
    state=${rollout#"$releases/"}
    read_version
    aws s3 cp --only-show-errors --recursive --exclude '*' --include "$state/*" --include "${CHANNEL:?}-*" "$releases/" "$work/there" < /dev/null ||
      later "cannot read $releases"
    take "$state/state" state
    for ring in ${RINGS:?}; do
      take "$CHANNEL-$ring" "before-$ring"
      take "$state/former-$ring" "former-$ring"
    done
    ;;
  serve)
    releases=${RELEASES_URI:?} rollout=${ROLLOUT_URI:?} CHANNEL=${CHANNEL:?}
    serve
    ;;
  *) fail "it is read, write, read-rings or serve, not $1" ;;
esac
