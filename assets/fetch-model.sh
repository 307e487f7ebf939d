#!/bin/sh
# The part of a site's sync that talks to the store. It knows no key and decides nothing: model_sync.py, in another container of the pod, writes orders,
# and checks what has come. An order that was broken off goes on at the byte where it stopped.
#
#   $EXCHANGE_DIR/order    <id> look | <id> get <version> <until, seconds since 1970> <bytes per second, or 0>
#   $EXCHANGE_DIR/wanted   lines <SHA-256> <bytes> <path>; $EXCHANGE_DIR/lease: lines <SHA-256> <bytes> of all that the cache must keep
#   $EXCHANGE_DIR/answer   <id> <word> <sentence>
set -euf

exchange=${EXCHANGE_DIR:?}
config=${CONFIG_DIR:?}
store=${MODEL_STORE_URI:?}
release=${RELEASE_URI:?}
# What a kill costs at most: a block that is on its way.
block=${BLOCK_BYTES:-67108864}
# As in release_envelope.py; what is larger is refused there.
most=$((8 * 1048576 + 1))

say() { printf 'fetch: %s\n' "$*" >&2; }
fail() { say "ERROR: $*"; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' INT TERM

# shellcheck source=assets/model-cache.sh
. "$config/model-cache.sh"
# The lease outlives a site that is off: what it was about to serve is still there then.
lasting=$((10 * 365 * 86400))
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=3
cr=$(printf '\r')
told=

answer() {
  id=$1
  shift
  printf '%s %s\n' "$id" "$*" > "$exchange/answer.new"
  mv -f "$exchange/answer.new" "$exchange/answer"
  # Once, not at every look.
  [ "$*" = "$told" ] || say "$*"
  told=$*
}
bytes() { if [ -f "$1" ]; then stat -c %s "$1"; else echo 0; fi; }
header() { sed -n "s/^$1:[[:blank:]]*//Ip" "$scratch/headers" | tail -n 1 | tr -d "$cr"; }

# One request of some bytes, whose status of curl is left in $status and that of HTTP in $code: <url> <first> <last> <file that they are appended to>
get_range() {
  : > "$scratch/headers"
  options=
  [ "$rate" -eq 0 ] || options="limit-rate = $rate"
  [ "$until" -eq 0 ] || options="$options
max-time = $((until - $(now) > 0 ? until - $(now) : 1))"
  # The URL is signed, so it is no argument, which others on the node could read.
  if printf 'url = "%s"\n%s\n' "$1" "$options" | curl --config - --disable --fail --silent --show-error --proto '=https,http' \
    --connect-timeout 30 --speed-limit 1 --speed-time "${STALL_SECONDS:-60}" --header 'Accept-Encoding: identity' --range "$2-$3" \
    --max-filesize "$(($3 - $2 + 1))" --dump-header "$scratch/headers" --write-out '%{stderr}%{http_code}\n' 2> "$scratch/said" >> "$4"; then
    status=0
  else
    status=$?
  fi
  code=$(tail -n 1 "$scratch/said")
}

# <order> <word and sentence> of an answer to a request that failed; 1 where another try may help
final() {
  case $status/$code in
    63/*) answer "$1" damaged "$2 is larger than the release says" ;;
    22/404) answer "$1" damaged "$2 is not there" ;;
    22/416) answer "$1" damaged "$2 is smaller than the release says" ;;
    *) return 1 ;;
  esac
}

# The bytes of a file that are not there yet: <order> <uri> <file> <size>
get_file() {
  idle=0 url=
  while have=$(bytes "$3"); [ "$have" -lt "$4" ]; do
    if [ "$until" -ne 0 ] && [ "$(now)" -ge "$until" ]; then
      answer "$1" late "the window ended after $have bytes of $2"
      return 1
    fi
    if [ -z "$url" ]; then
      url=$(aws s3 presign "$2" --expires-in 43200 < /dev/null) || { answer "$1" unreachable "there are no credentials to read $2"; return 1; }
    fi
    last=$((have + block - 1))
    [ "$last" -lt "$4" ] || last=$(($4 - 1))
    get_range "$url" "$have" "$last" "$3"
    if [ "$status" -eq 0 ]; then
      total=$(header content-range)
      total=${total##*/}
      if [ "${total:-$4}" != "$4" ]; then
        answer "$1" damaged "$2 has $total bytes, the release says $4"
        return 1
      fi
      idle=0
      continue
    fi
    if final "$1" "$2"; then return 1; fi
    # What came before it broke off stays.
    if [ "$(bytes "$3")" -gt "$have" ]; then idle=0; else idle=$((idle + 1)); fi
    case $code in 401|403) url= ;; esac
    if [ "$idle" -ge "${TRIES:-5}" ]; then
      answer "$1" unreachable "$2 after $(bytes "$3") bytes: curl $status, HTTP $code"
      return 1
    fi
    sleep "$((${RETRY_SECONDS:-5} * idle))"
  done
}

# <order>
look() {
  rm -f "$exchange/release" "$scratch/release"
  rate=0 until=0
  # The address is signed for an hour, or for as long as the credentials last.
  if [ -z "$release_url" ] || [ "$(($(now) - signed))" -gt 3000 ]; then
    signed=$(now)
    release_url=$(aws s3 presign "$release" --expires-in 3600 < /dev/null) || release_url=
    [ -n "$release_url" ] || { answer "$1" unreachable "there are no credentials to read $release"; return 0; }
  fi
  get_range "$release_url" 0 "$((most - 1))" "$scratch/release"
  case $status/$code in
    0/*) cp "$scratch/release" "$exchange/release" && answer "$1" ok "read $release" ;;
    22/404) answer "$1" absent "there is no $release" ;;
    63/*) answer "$1" malformed "$release is larger than $most bytes" ;;
    *) release_url= && answer "$1" unreachable "$release: curl $status, HTTP $code" ;;
  esac
}

# <order> <version>
get_all() {
  mkdir -p "$cache/arriving/$pod" || fail "cannot write to $cache"
  take_lease "$exchange/lease" "$lasting"
  # What arrived for a release that is no longer wanted.
  for each in $(entries "arriving/$pod"); do grep -q "^$each " "$exchange/wanted" || rm -f "$cache/arriving/$pod/$each"; done
  missing=0
  while read -r hash size path; do missing=$((missing + size - $(bytes "$cache/arriving/$pod/$hash"))); done < "$exchange/wanted"
  if ! make_room 0 "$missing"; then
    answer "$1" no_room "the cache may hold $(room_of "$limit"), but what is served, what was before, what comes and what others need take $(room_of "$leased")"
    return 0
  fi
  free=$(df -B1 --output=avail "$cache" | tail -n 1)
  if [ "$missing" -gt "$((free))" ]; then
    answer "$1" no_room "$(room_of "$missing") are to come, but the disk has $(room_of "$((free))") left"
    return 0
  fi
  while read -r hash size path <&3; do
    : >> "$cache/arriving/$pod/$hash"
    get_file "$1" "$store/$2/$path" "$cache/arriving/$pod/$hash" "$size" || return 0
  done 3< "$exchange/wanted"
  answer "$1" ok "all files are there"
}

release_url=
open_cache
say 'waits for orders'
while :; do
  answered=
  [ ! -f "$exchange/answer" ] || read -r answered _ < "$exchange/answer" || :
  id=
  [ ! -f "$exchange/order" ] || read -r id word version until rate < "$exchange/order" || :
  if [ -n "$id" ] && [ "$id" != "$answered" ]; then
    case $word in
      look) look "$id" ;;
      get) get_all "$id" "$version" ;;
      lease) take_lease "$exchange/lease" "$lasting" && answer "$id" ok 'keeps what is served' ;;
      *) answer "$id" failed "there is no order $word" ;;
    esac
  fi
  # As a child, so that the end of the pod need not wait for it.
  sleep "${POLL_SECONDS:-1}" &
  wait "$!"
done
