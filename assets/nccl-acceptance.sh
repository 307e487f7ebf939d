#!/bin/sh
set -eu

rank=${JOB_COMPLETION_INDEX:?}
work=$(mktemp -d)

say() { printf 'acceptance: %s\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }

waited=0
until getent hosts "${MASTER_ADDR:?}" > /dev/null; do
  [ "$waited" -lt "${WAIT_SECONDS:-600}" ] || fail "the name $MASTER_ADDR of the first pod did not appear in ${WAIT_SECONDS:-600} s"
  sleep 2
  waited=$((waited + 2))
done

export NCCL_DEBUG=INFO NCCL_DEBUG_SUBSYS=INIT,NET
{
  status=0
  # torchrun needs up to 30 s to end its processes.
  timeout -k 60 "${RUN_SECONDS:-900}" torchrun \
    --nnodes "${NODES:?}" --node-rank "$rank" --nproc-per-node "${GPUS_PER_NODE:?}" --max-restarts 0 \
    --master-addr "$MASTER_ADDR" --master-port "${MASTER_PORT:?}" "${MEASURE_SCRIPT:?}" || status=$?
  echo "$status" > "$work/status"
} 2>&1 | tee "$work/log"

# That NCCL sets up its socket transport is no proof of its use: on one node, or within one NVLink domain, no data goes through it.
if grep -E 'via [A-Z]*NET/Socket|Selected [Pp]rovider is (tcp|sockets|udp)' "$work/log" > "$work/socket"; then
  fail "NCCL fell back to TCP: $(head -n 1 "$work/socket")"
fi
if grep -E 'Failed to initialize any NET plugin|network [^ ]* not found' "$work/log" > "$work/none"; then
  fail "NCCL found no adapter of the fabric on this node: $(head -n 1 "$work/none")"
fi
status=$(cat "$work/status")
if [ "$status" != 0 ]; then
  case $status in
    124 | 137) what="did not end within ${RUN_SECONDS:-900} s: a node cannot reach another, or one has failed (see the other pods)" ;;
    *) what="ended with status $status" ;;
  esac
  if grep -q 'Using network Socket' "$work/log"; then what="$what, and NCCL fell back to TCP on this node"; fi
  warning=$(grep -m 1 'NCCL WARN' "$work/log" || true)
  fail "the all-reduce $what${warning:+; NCCL warned: $warning}"
fi
grep -Eq "${EXPECTED_NETWORK:?}" "$work/log" || fail "NCCL did not say that it uses the fabric (looked for '$EXPECTED_NETWORK')"
if ! grep -q GDRDMA "$work/log"; then
  say "WARNING: NCCL did not say GDRDMA: data may pass through host memory"
fi
[ "$rank" = 0 ] || { say "pod $rank has done its part"; exit 0; }

best=$(awk '/^acceptance: best bus bandwidth [0-9.]+ GB\/s$/ { value = $5 } END { print value }' "$work/log")
[ -n "$best" ] || fail 'no bandwidth was measured'
if awk -v best="$best" -v floor="${MIN_BUS_BANDWIDTH:?}" 'BEGIN { exit !(best + 0 >= floor + 0) }'; then
  say "PASSED: bus bandwidth $best GB/s, at least $MIN_BUS_BANDWIDTH GB/s"
else
  fail "bus bandwidth $best GB/s is below $MIN_BUS_BANDWIDTH GB/s: an interface is missing, or slow"
fi
