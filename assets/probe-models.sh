#!/bin/sh
# Whether every model of this server works: probe-models.sh <readiness|liveness>
#
# A model works if Triton calls it ready and it has done something since the last probe: computed tokens, or finished a request. A server
# under full load is therefore never asked, let alone made to wait in its own queue. One that has done nothing gets a small request, and
# must answer it in time. Triton's own health endpoints cannot tell: they stay 200 when every request fails.
#
# The file "models" has a line for each model: <name> <kind> <bytes> [<random> <size> <count>]. Kinds:
#   text    a language model that counts its tokens
#   blind   a language model that does not: a request that takes too long may only be waiting, so that errors alone count
#   tensor  any other model; its request is the file <name>.json and that many zero bytes
#   cached  the same with a response cache, whose answers say nothing of the model: executions count, not requests, and the first <count>
#           elements, of <size> bytes each, begin with <random> random bytes, so that no request is like an earlier one
#   none    only Triton's word is taken
set -u

name=${1:?}
config=${PROBE_DIR:-/etc/triton-probes}
state=${PROBE_STATE_DIR:-/tmp}/probe-$name
http=http://127.0.0.1:${TRITON_HTTP_PORT:-8000}
metrics=http://127.0.0.1:${TRITON_METRICS_PORT:-8002}/metrics
limit=${PROBE_SECONDS:-5}

say() { printf '%s: %s\n' "$name" "$*"; }
get() { curl --silent --show-error --max-time 3 "$@"; }
mkdir -p "$state" || exit 1
found=$state/found
exposition=$state/metrics

# What a model has done so far, as one number: tokens, or finished requests. <model> <kind>
# Triton counts a request of a language model as a success even if its answer is an error.
work_of() {
  case $2 in
    tensor|none) families='^nv_inference_request_success[{]' ;;
    cached) families='^nv_inference_exec_count[{]' ;;
    *) families='^vllm:(prompt|generation)_tokens_total[{]' ;;
  esac
  awk -v label="model=\"$1\"" -v families="$families" '
    $0 ~ families && index($0, label) { sum += $NF }
    END { printf "%.0f", sum }' "$exposition"
}

read_metrics() { get --fail --output "$exposition" "$metrics" 2> "$found"; }

# <bytes> [<random> <size> <count>]
tensors() {
  rest=$1 left=${4:-0}
  while [ "$left" -gt 0 ]; do
    head -c "$2" /dev/urandom && head -c "$(($3 - $2))" /dev/zero
    rest=$((rest - $3)) left=$((left - 1))
  done
  head -c "$rest" /dev/zero
}

# <model> <kind> <what tensors takes>
ask() {
  model=$1 kind=$2 content=$3
  set -- --silent --show-error --fail --max-time "$limit" --output /dev/null
  case $kind in
    text|blind)
      curl "$@" --header 'Content-Type: application/json' --data-binary "@$config/$model.json" "$http/v2/models/$model/generate"
      ;;
    tensor|cached)
      # shellcheck disable=SC2086 # several numbers
      { cat "$config/$model.json" && tensors $content; } |
        curl "$@" --header 'Content-Type: application/octet-stream' --header 'Expect:' \
          --header "Inference-Header-Content-Length: $(wc -c < "$config/$model.json" | tr -d ' ')" \
          --data-binary @- "$http/v2/models/$model/infer"
      ;;
  esac
}

# <model> <kind of request> <what tensors takes>
check() {
  case $2 in tensor|cached) of_tensors=true ;; *) of_tensors=false ;; esac
  ready=$(get --output /dev/null --write-out '%{http_code}' "$http/v2/models/$1/ready" 2> "$found")
  # No answer in time may be a busy server: what it has done decides.
  case $ready in
    200|000) ;;
    *) say "model $1 is not ready: HTTP $ready"; return 1 ;;
  esac
  if ! read_metrics; then say "no metrics: $(cat "$found")"; return 1; fi
  work=$(work_of "$1" "$2")
  if [ "$work" != "$(cat "$state/work.$1" 2> /dev/null)" ]; then
    printf '%s' "$work" > "$state/work.$1"
    # The first probe has nothing to compare with.
    [ ! -f "$state/seen.$1" ] || return 0
    : > "$state/seen.$1"
  fi
  [ "$2" != none ] || return 0
  ask "$1" "$2" "$3" 2> "$found"
  status=$?
  [ "$status" -ne 0 ] || : > "$state/answered.$1"
  reason=$(cat "$found")
  read_metrics || return 1
  after=$(work_of "$1" "$2")
  printf '%s' "$after" > "$state/work.$1"
  [ "$status" -ne 0 ] || return 0
  # It was only waiting if others were served meanwhile. The backends of tensor models may count an error as finished work.
  if [ "$after" != "$work" ] && { [ $of_tensors = false ] || [ "$status" -eq 28 ]; }; then return 0; fi
  if [ "$2" = blind ] && [ "$status" -eq 28 ]; then return 0; fi
  # Zeros need not be a valid input of a tensor model: only one that has answered them before can stop answering.
  if [ $of_tensors = true ] && [ ! -f "$state/answered.$1" ]; then return 0; fi
  say "model $1 does not answer: $reason"
  return 1
}

failed=0
# A redirection that fails leaves the loop alone, and with it nothing would be checked.
if [ ! -s "$config/models" ]; then
  say "there is no list of models in $config/models"
  exit 1
fi
while read -r model kind content || [ -n "$model" ]; do
  check "$model" "$kind" "${content:-0}" || failed=1
done < "$config/models"
exit "$failed"
