/**
 * What each pod of an acceptance test runs: the all-reduce, and then the verdict on what NCCL said and how fast it was.
 *
 * POSIX shell, coreutils, awk, grep, getent and PyTorch's torchrun. A pod fails when NCCL used its socket transport, did not say that it
 * used the expected one, or ended with an error; the first also when the best bus bandwidth is below the floor.
 *
 * Environment: `JOB_COMPLETION_INDEX`, `NODES`, `GPUS_PER_NODE`, `MASTER_ADDR`, `MASTER_PORT`, `MIN_BUS_BANDWIDTH` (GB/s),
 * `EXPECTED_NETWORK` (an extended regular expression), `MEASURE_SCRIPT`, `WAIT_SECONDS` (for the name of the first pod).
 *
 * @internal
 */
export const NCCL_ACCEPTANCE_SCRIPT = `#!/bin/sh
set -eu

rank=\${JOB_COMPLETION_INDEX:?}
work=$(mktemp -d)

say() { printf 'acceptance: %s\\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }

waited=0
until getent hosts "\${MASTER_ADDR:?}" > /dev/null; do
  [ "$waited" -lt "\${WAIT_SECONDS:-600}" ] || fail "the name $MASTER_ADDR of the first pod did not appear in \${WAIT_SECONDS:-600} s"
  sleep 2
  waited=$((waited + 2))
done

export NCCL_DEBUG=INFO NCCL_DEBUG_SUBSYS=INIT,NET
{
  status=0
  torchrun --nnodes "\${NODES:?}" --node-rank "$rank" --nproc-per-node "\${GPUS_PER_NODE:?}" --max-restarts 0 \\
    --master-addr "$MASTER_ADDR" --master-port "\${MASTER_PORT:?}" "\${MEASURE_SCRIPT:?}" || status=$?
  echo "$status" > "$work/status"
} 2>&1 | tee "$work/log"

if grep -E 'NET/Socket|network Socket|NET plugin Socket' "$work/log" > "$work/socket"; then
  fail "NCCL fell back to TCP: $(head -n 1 "$work/socket")"
fi
[ "$(cat "$work/status")" = 0 ] || fail "the all-reduce ended with status $(cat "$work/status")"
grep -Eq "\${EXPECTED_NETWORK:?}" "$work/log" || fail "NCCL did not say that it uses the fabric (looked for '$EXPECTED_NETWORK')"
if ! grep -q GDRDMA "$work/log"; then
  say "WARNING: NCCL did not say GDRDMA: data may pass through host memory"
fi
[ "$rank" = 0 ] || { say "pod $rank has done its part"; exit 0; }

best=$(awk '/^acceptance: best bus bandwidth [0-9.]+ GB\\/s$/ { value = $5 } END { print value }' "$work/log")
[ -n "$best" ] || fail 'no bandwidth was measured'
if awk -v best="$best" -v floor="\${MIN_BUS_BANDWIDTH:?}" 'BEGIN { exit !(best + 0 >= floor + 0) }'; then
  say "PASSED: bus bandwidth $best GB/s, at least $MIN_BUS_BANDWIDTH GB/s"
else
  fail "bus bandwidth $best GB/s is below $MIN_BUS_BANDWIDTH GB/s: an interface is missing, or slow"
fi
`;
