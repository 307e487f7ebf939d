#!/usr/bin/env bash
# Lets what runs in Envoy end before it is told to: new connections are refused, the others closed after their answers.
# Arguments: seconds that this may take; seconds until nobody sends new connections here. Environment: ADMIN_PORT, of Envoy's administration on the loopback interface.
set -uo pipefail

ask() {
  local method=$1 path=$2
  exec 3<>"/dev/tcp/127.0.0.1/${ADMIN_PORT}" || return 1
  printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n' "$method" "$path" >&3
  cat <&3
  exec 3>&-
}

# Endpoints stop sending first.
leave=$(($2 < $1 ? $2 : $1))
sleep "$leave"
ask POST '/drain_listeners?inboundonly&graceful&skip_exit' >/dev/null
end=$((SECONDS + $1 - leave))
while ((SECONDS < end)); do
  ask GET '/stats?filter=^http\.gateway\.downstream_rq_active$' | grep -q 'downstream_rq_active: 0' && exit 0
  sleep 1
done
