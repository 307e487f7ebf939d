#!/bin/sh
# The lease of a version that is being made, an object beside its files, `.lease`: who has written it works on the version, everybody else waits. Read by
# model-pipeline.sh, which sets bucket, prefix, beat and say. It is written on conditions (If-None-Match, If-Match), which S3 keeps atomic
# (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html), and renewed while work goes on. One that has not changed for
# LEASE_STALE_SECONDS is taken over: what is compared is what one clock sees, never the times of two.

: "${bucket:?}" "${prefix:?}" "${beat:?}"
holder=${POD_UID:?} state=${STATE_DIR:?}
every=${LEASE_RENEW_SECONDS:-30} stale=${LEASE_STALE_SECONDS:-150} poll=${LEASE_POLL_SECONDS:-10} settle=${LEASE_SETTLE_SECONDS:-5}
# Who cannot renew it gives up before anybody may take it over.
limit=$((stale * 2 / 3))

# A number of a file that a container without credentials can write to: bash would run what is in an expression.
number() {
  n=$(cat "$1" 2> /dev/null) || n=0
  case $n in ''|*[!0-9]*|????????????*) n=0 ;; esac
  printf '%s' "$n"
}
note() { printf '%s\n' "$2" > "$state/$1.new" && mv "$state/$1.new" "$state/$1"; }
since() { printf '%s' "$(($(date +%s) - $(number "$state/$1")))"; }

# The lease, its ETag in $found and who holds it in $by, both empty where there is none; fails where the store does not say.
look() {
  found='' by=''
  if aws s3api head-object --bucket "$bucket" --key "$prefix/.lease" --query '[ETag,Metadata.holder]' --output text > "$state/seen" 2> "$state/said" < /dev/null; then
    read -r found by < "$state/seen" || return 2
    return 0
  fi
  case $(cat "$state/said") in *404*|*NoSuchKey*|*'Not Found'*) ;; *) return 2 ;; esac
}

# Writes the lease: 1 where the condition does not hold, 3 where the store knows none, 2 where it does not say: <options of the condition>
put_lease() {
  at=$(date +%s)
  printf '%s %s\n' "$holder" "$at" > "$state/body"
  if aws s3api put-object --bucket "$bucket" --key "$prefix/.lease" --body "$state/body" --metadata "holder=$holder" "$@" --query ETag --output text > "$state/tag" 2> "$state/said" < /dev/null; then
    note etag "$(cat "$state/tag")"
    note renewed "$at"
    return 0
  fi
  case $(cat "$state/said") in
    *PreconditionFailed*|*'(412)'*|*ConditionalRequestConflict*|*'(409)'*|*NoSuchKey*|*'(404)'*) return 1 ;;
    *NotImplemented*|*'(501)'*) return 3 ;;
  esac
  return 2
}

# Is the lease that was just written ours alone? A store that takes writes whose conditions do not hold knows none: there the last one to write has it.
confirmed() {
  if [ ! -e "$state/unconditional" ]; then
    for condition in '--if-none-match=*' '--if-match="00000000000000000000000000000000"'; do
      answer=0
      put_lease "$condition" || answer=$?
      case $answer in 0|3) : > "$state/unconditional" ;; 2) return 2 ;; esac
    done
  fi
  [ -e "$state/unconditional" ] || return 0
  say 'the store knows no conditions of writes: two pods that begin at once may both compute'
  sleep "$settle"
  look || return 2
  [ "$by" = "$holder" ] || return 1
}

silent() { cat "$state/said" >&2; say "ERROR: cannot ask for the lease of s3://$bucket/$prefix"; exit 75; }

# Waits for the lease and takes it: <command that succeeds where there is nothing left to do>; 1 where that is so.
acquire() {
  last='' from=0
  while :; do
    if "$1"; then return 1; fi
    look || silent
    if [ -z "$found" ]; then
      set -- "$1" '--if-none-match=*'
    else
      if [ "$found" != "$last" ]; then
        [ -n "$last" ] || [ "$by" = "$holder" ] || say "waiting for $by, which makes s3://$bucket/$prefix"
        last=$found from=$(date +%s)
      fi
      if [ "$by" != "$holder" ]; then
        if [ "$(($(date +%s) - from))" -lt "$stale" ]; then sleep "$poll"; continue; fi
        say "$by has said nothing for $stale s; its work is begun anew"
      fi
      set -- "$1" "--if-match=$found"
    fi
    [ ! -e "$state/unconditional" ] || set -- "$1"
    code=0
    put_lease ${2:+"$2"} || code=$?
    case $code in
      0)
        confirmed || code=$?
        [ "$code" -ne 0 ] || return 0
        [ "$code" -ne 2 ] || silent ;;
      2) silent ;;
      3) : > "$state/unconditional" ;;
    esac
  done
}

# 0 where it is still ours, 1 where it is not, 2 where the store does not say.
renew() {
  if [ ! -e "$state/unconditional" ] && put_lease "--if-match=$(cat "$state/etag")"; then return 0; fi
  # It may have been written by a try whose answer was lost.
  look || return 2
  [ "$by" = "$holder" ] || return 1
  if [ -e "$state/unconditional" ]; then put_lease; else put_lease "--if-match=$found"; fi
}

# Renews it in the background; its process is in $keeper.
keep() {
  {
    trap 'kill "$nap" 2> /dev/null; exit 0' TERM
    while :; do
      sleep "$every" > /dev/null 2>&1 &
      nap=$!
      wait "$nap"
      code=0
      renew || code=$?
      case $code in
        0) ;;
        1) : > "$state/lost"; exit 0 ;;
        *) say "the lease cannot be renewed: $(tr '\n' ' ' < "$state/said")" ;;
      esac
    done
  } &
  keeper=$!
}
stop_keeping() {
  [ -n "${keeper:-}" ] || return 0
  kill "$keeper" 2> /dev/null || true
  wait "$keeper" 2> /dev/null || true
  keeper=
}

# Gives it back, so that who waits need not wait until it is stale.
release() {
  stop_keeping
  [ -e "$state/etag" ] && [ ! -e "$state/lost" ] || return 0
  if [ -e "$state/unconditional" ] || ! aws s3api delete-object --bucket "$bucket" --key "$prefix/.lease" "--if-match=$(cat "$state/etag")" > /dev/null 2>&1 < /dev/null; then
    if look && [ "$by" = "$holder" ]; then
      aws s3api delete-object --bucket "$bucket" --key "$prefix/.lease" > /dev/null 2>&1 < /dev/null || say 'the lease stays until it is stale'
    fi
  fi
  rm -f "$state/etag"
}

is_held() { [ ! -e "$state/lost" ] && [ "$(since renewed)" -le "$limit" ]; }

# Runs a command as long as the lease is held, and ends with 75 where it is lost: <command>. Meanwhile it is said that it runs.
while_held() {
  "$@" &
  child=$!
  {
    nap=
    trap '[ -z "$nap" ] || kill "$nap" 2> /dev/null; exit 0' TERM
    while is_held; do
      note beat "$(date +%s)"
      sleep "$beat" > /dev/null 2>&1 &
      nap=$!
      wait "$nap"
    done
    : > "$state/given-up"
    kill "$child" 2> /dev/null || exit 0
    sleep 20 > /dev/null 2>&1 &
    nap=$!
    wait "$nap"
    kill -9 "$child" 2> /dev/null || true
  } &
  watcher=$!
  trap 'kill "$child" 2> /dev/null || true' TERM INT
  status=0
  wait "$child" || status=$?
  # A signal ends the wait alone.
  while kill -0 "$child" 2> /dev/null; do
    status=0
    wait "$child" || status=$?
  done
  kill "$watcher" 2> /dev/null || true
  if [ -e "$state/given-up" ]; then
    say 'ERROR: the lease is lost, another pod may be at work'
    return 75
  fi
  return "$status"
}
