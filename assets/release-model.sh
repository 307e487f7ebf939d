#!/bin/sh
# The parts of a release that talk to the store: `read` gets what is signed, `write` puts the release where sites look for it. The keys are in
# neither of their containers.
set -euf

work=${WORK_DIR:?}
uri=${MODEL_URI:?}
release=${RELEASE_URI:?}

say() { printf 'release: %s\n' "$*" >&2; }
later() { say "ERROR: $*"; exit 75; }
fail() { say "ERROR: $*"; exit 1; }

export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10
location=${uri#s3://}
prefix=${location#*/}/
place=${release#s3://}

case ${1:?} in
  read)
    # Only files of before; `before` must be there where a release is, or its number would not be compared.
    rm -f "$work/before" "$work/release"
    aws s3 cp --only-show-errors "$uri/SHA256SUMS" "$work/SHA256SUMS" < /dev/null ||
      later "cannot read $uri/SHA256SUMS, the manifest that is written last when a model is imported; is the import finished?"
    aws s3api list-objects-v2 --bucket "${location%%/*}" --prefix "$prefix" --query 'Contents[].[Size,Key]' --output text < /dev/null > "$work/listed" ||
      later "cannot list $uri"
    while read -r size key; do printf '%s\t%s\n' "$size" "${key#"$prefix"}"; done < "$work/listed" > "$work/sizes"
    aws s3api list-objects-v2 --bucket "${place%%/*}" --prefix "${place#*/}" --query 'Contents[].[Key]' --output text < /dev/null > "$work/listed" ||
      later "cannot list $release"
    if grep -qxF "${place#*/}" "$work/listed"; then
      aws s3 cp --only-show-errors "$release" "$work/before" < /dev/null || later "cannot read $release"
    fi
    ;;
  write)
    [ -s "$work/release" ] || fail 'there is no signed release'
    aws s3 cp --only-show-errors "$work/release" "$release" < /dev/null || later "cannot write $release"
    say "$release names $uri"
    ;;
  *) fail "it is read or write, not $1" ;;
esac
