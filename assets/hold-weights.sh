#!/bin/sh
# Runs beside a server for as long as its pod lives: nothing that the pod needs is evicted from the cache, also while its server is restarted. Once
# the server is ready, what its engine has compiled is put into the cache for the next one.
set -euf

config=${CONFIG_DIR:?}
root=${MODELS_DIR:?}
say() { printf 'hold: %s\n' "$*" >&2; }
fail() { say "ERROR: $*"; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# shellcheck source=assets/model-cache.sh
. "$config/model-cache.sh"
trap 'give_lease_back; exit 0' INT TERM
open_cache

# A node that slept may have lost it.
renew() {
  if [ ! -f "$cache/leases/$pod" ]; then take_lease "$root/.lease" "${HOLD_SECONDS:-600}"; fi
  extend_lease "${HOLD_SECONDS:-600}"
}

# Whether the server has started, and so compiled: its readiness is asked for only then. Of a server on several nodes the first one alone is asked; the
# others see that it takes requests, which it does when all of them have started.
started() {
  [ ! -d "${ENGINE_DIR:?}/probe-readiness" ] || return 0
  [ "${LWS_WORKER_INDEX:-0}" != 0 ] || return 1
  # shellcheck disable=SC2016 # bash reads the variables, and the address.
  timeout 5 bash -c 'exec 3<> "/dev/tcp/$LWS_LEADER_ADDRESS/$LEADER_PORT"' 2> /dev/null
}

# Returns 1 while there is nothing to publish yet.
publish() {
  [ -n "${COMPILED_KEY:-}" ] || return 0
  started || return 1
  [ ! -d "$cache/compiled/$COMPILED_KEY" ] || return 0
  copy=$cache/tmp/$pod.compiled
  rm -rf "$copy"
  mkdir "$copy"
  for part in ${COMPILED_PARTS:?}; do
    [ -d "$ENGINE_DIR/$part" ] || continue
    target=$copy/$part
    mkdir -p "${target%/*}"
    cp -R -p "$ENGINE_DIR/$part" "$target" || { rm -rf "$copy"; return 1; }
  done
  bytes=$(du -s -B1 "$copy")
  bytes=${bytes%%[!0-9]*}
  if [ -z "$(ls -A "$copy")" ]; then
    say 'the engine compiles nothing'
  elif ! make_room "$bytes" 0; then
    say "there is no room for what the engine has compiled, $(room_of "$bytes")"
  elif mv -T "$copy" "$cache/compiled/$COMPILED_KEY" 2>/dev/null; then
    say "what the engine has compiled, $(room_of "$bytes"), is there for others"
  fi
  rm -rf "$copy"
}

published=0
while :; do
  renew
  if [ "$published" -eq 0 ] && publish; then published=1; fi
  sleep "${RENEW_SECONDS:-30}" &
  wait "$!"
done
