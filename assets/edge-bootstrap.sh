#!/bin/sh
# Sets up a machine of a site as the server of a k3s cluster, from the files beside it alone: nothing is fetched. Run again, it changes what is not
# as it should be, and nothing else. Its parameters are in the file settings; EDGE_ROOT is put before every path that it writes or looks at.
set -eu

bundle=$(cd "$(dirname "$0")" && pwd)
root=${EDGE_ROOT:-}
# shellcheck source=/dev/null
. "$bundle/settings"

say() { echo "bootstrap: $*"; }
fail() {
  echo "bootstrap: $*" >&2
  exit 1
}

# What has to be started anew, by the name of its unit.
restart=

# Makes a file have what comes on standard input, and notes that a unit must start anew if it had not: put PATH MODE [UNIT].
put() {
  new=$(mktemp)
  cat > "$new"
  place "$new" "$@"
  rm -f "$new"
}

# The same with a file: place FILE PATH MODE [UNIT]. It appears under its name whole.
place() {
  if cmp -s "$1" "$root$2"; then return; fi
  mkdir -p "$(dirname "$root$2")"
  cp "$1" "$root$2.new"
  chmod "$3" "$root$2.new"
  mv "$root$2.new" "$root$2"
  say "wrote $2"
  case " $restart " in
    *" ${4:-} "*) ;;
    *) restart="$restart ${4:-}" ;;
  esac
}

check_machine() {
  [ "$(id -u)" = 0 ] || fail 'run it as root: it writes to /etc and /usr/local/bin'
  [ "$(uname -m)" = "$MACHINE" ] || fail "this machine is $(uname -m), and the files are for $MACHINE"
  [ -d "$root/run/systemd/system" ] ||
    fail 'systemd does not run here; under WSL2 put wsl.conf to /etc/wsl.conf and run: wsl.exe --shutdown'
  case $PLATFORM in
    linux | wsl2) check_driver ;;
    jetson) check_jetson ;;
    cpu) ;;
  esac
}

check_driver() {
  if [ "$PLATFORM" = wsl2 ]; then
    [ -e "$root/dev/dxg" ] || fail 'there is no /dev/dxg: install the driver of NVIDIA on Windows, none here'
    PATH=$PATH:/usr/lib/wsl/lib
  fi
  found=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader) ||
    fail "nvidia-smi finds no GPU: install the driver, $MIN_DRIVER or later, on the host"
  # One line for each GPU, all alike.
  major=$(printf '%s\n' "$found" | sed -n '1s/^\([0-9]*\)\..*/\1/p')
  [ "${major:-0}" -ge "$MIN_DRIVER" ] || fail "the driver is $found, and the images need $MIN_DRIVER or later"
}

check_jetson() {
  found=$(sed -n 's/^# R\([0-9]*\) .*/\1/p' "$root/etc/nv_tegra_release") || fail 'this is no Jetson'
  [ "${found:-0}" -ge "$JETSON_LINUX" ] || fail "Jetson Linux is R${found:-?}, and JetPack $JETPACK has R$JETSON_LINUX"
}

# Packages of the bundle, such as those of NVIDIA's container toolkit, in one step, because they need each other.
install_packages() {
  set --
  for file in "$bundle"/*.deb; do
    [ -e "$file" ] || continue
    name=$(dpkg-deb --field "$file" Package)
    has=$(dpkg-query --show --showformat '${Version}' "$name" 2> /dev/null || true)
    [ "$has" = "$(dpkg-deb --field "$file" Version)" ] || set -- "$@" "$file"
  done
  [ $# = 0 ] || {
    dpkg --install "$@"
    say "installed $#"' packages'
    restart="$restart k3s"
  }
  [ -z "$RUNTIME_CLASS" ] || command -v nvidia-container-runtime > /dev/null ||
    fail 'there is no nvidia-container-runtime: put the packages of the NVIDIA Container Toolkit beside this script, and list them'
}

# A limit of cards is lost when the machine starts anew, so that a unit sets it before k3s starts.
limit_cards() {
  put /etc/systemd/system/edge-gpu-power.service 0644 edge-gpu-power << END
[Unit]
Description=Power limit of the GPUs: $GPU_WATTS W each
Before=k3s.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/env nvidia-smi --persistence-mode=1
ExecStart=/usr/bin/env nvidia-smi --power-limit=$GPU_WATTS

[Install]
WantedBy=multi-user.target
END
}

install_k3s() {
  place "$bundle/$K3S_BINARY" /usr/local/bin/k3s 0755 k3s
  for file in "$bundle"/*.tar.zst "$bundle"/*.tar; do
    [ ! -e "$file" ] || place "$file" "/var/lib/rancher/k3s/agent/images/${file##*/}" 0644 k3s
  done
  put /etc/rancher/k3s/config.yaml 0600 k3s < "$bundle/config.yaml"
  # As k3s's own install.sh writes it.
  put /etc/systemd/system/k3s.service 0644 k3s << 'END'
[Unit]
Description=Lightweight Kubernetes
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s server

[Install]
WantedBy=multi-user.target
END
}

# Starts a unit, anew where something of it has changed.
start() {
  systemctl is-enabled --quiet "$1" || systemctl enable "$1"
  case " $restart " in
    *" $1 "*) systemctl restart "$1" ;;
    *) systemctl is-active --quiet "$1" || systemctl start "$1" ;;
  esac
}

# Last, because some modes make the board start anew at once: then the script ends here, and everything else is done.
set_mode() {
  [ "$(nvpmodel -q | tail -n 1)" != "$POWER_MODE" ] || return 0
  say "power mode $POWER_MODE; the board may start anew now"
  echo YES | nvpmodel -m "$POWER_MODE"
}

check_machine
(cd "$bundle" && sha256sum --check --quiet SHA256SUMS) || fail 'a file of the bundle is not what it should be: run fetch.sh, and copy all of it again'
install_packages
[ -z "$GPU_WATTS" ] || limit_cards
install_k3s
[ -z "$restart" ] || systemctl daemon-reload
[ -z "$GPU_WATTS" ] || start edge-gpu-power
start k3s
[ -z "$POWER_MODE" ] || set_mode
say 'the node is set up'
