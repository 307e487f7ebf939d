#!/bin/sh
# Makes this machine a node of an EKS cluster (EKS Hybrid Nodes). Run as root on Ubuntu, RHEL or Amazon Linux 2023, as often as you like: what is done is
# not done again, and a changed configuration is taken on.
#
# NVIDIA's driver and container toolkit must be installed on the host: a driver that a pod installs is downloaded at every start, and a node that starts while
# its link is cut would have no GPU.
set -eu

: "${NODE_CONFIG:?the text of the NodeConfig}" "${KUBERNETES_VERSION:?e.g. 1.35}" "${CREDENTIAL_PROVIDER:?iam-ra or ssm}" "${REGION:?region of the cluster}"
NODE_NAME=${NODE_NAME:-$(hostname)}
NODEADM_URL=${NODEADM_URL:-https://hybrid-assets.eks.amazonaws.com/releases/latest/bin/linux/$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')/nodeadm}
# Only tests put anything else before the paths of a host.
ROOT=${ROOT:-}
config=$ROOT/etc/eks/node-config.yaml
pki=$ROOT/etc/iam/pki

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || [ -n "$ROOT" ] || fail 'run this as root'
for command in curl nvidia-smi nvidia-ctk; do
  command -v "$command" > /dev/null || fail "$command is not on this host: install curl, NVIDIA's driver and nvidia-container-toolkit first"
done
nvidia-smi -L | grep -q '^GPU 0:' || fail 'the driver sees no GPU: nvidia-smi -L'

case $CREDENTIAL_PROVIDER in
  iam-ra)
    for file in server.pem server.key; do
      [ -s "$pki/$file" ] || fail "$pki/$file is missing: the certificate of this node, whose common name is $NODE_NAME, or its key"
    done
    chmod 600 "$pki/server.key"
    if command -v openssl > /dev/null; then
      subject=$(openssl x509 -in "$pki/server.pem" -noout -subject -nameopt multiline)
      name=$(printf '%s\n' "$subject" | sed -n 's/^ *commonName *= //p')
      [ "$name" = "$NODE_NAME" ] || fail "the certificate is of '$name', but this node is '$NODE_NAME': AWS gives credentials under the common name alone"
    fi
    ;;
  ssm)
    # Both are secret: they are not in this script.
    : "${ACTIVATION_ID:?id of the activation}" "${ACTIVATION_CODE:?code of the activation}"
    ;;
  *) fail "CREDENTIAL_PROVIDER must be iam-ra or ssm; got $CREDENTIAL_PROVIDER" ;;
esac

if ! command -v nodeadm > /dev/null; then
  temporary=$(mktemp)
  trap 'rm -f "$temporary"' EXIT
  curl --fail --silent --show-error --location --retry 5 --output "$temporary" "$NODEADM_URL"
  install -m 755 "$temporary" "$ROOT/usr/local/bin/nodeadm"
fi

mkdir -p "$ROOT/etc/eks"
installed=$ROOT/etc/eks/installed
if [ "$(cat "$installed" 2> /dev/null)" != "$KUBERNETES_VERSION $CREDENTIAL_PROVIDER" ]; then
  nodeadm install "$KUBERNETES_VERSION" --credential-provider "$CREDENTIAL_PROVIDER" --region "$REGION"
  printf '%s %s\n' "$KUBERNETES_VERSION" "$CREDENTIAL_PROVIDER" > "$installed"
fi

wanted=$(printf '%s\n' "$NODE_CONFIG" | sed "s|@NODE_NAME@|$NODE_NAME|; s|@ACTIVATION_ID@|${ACTIVATION_ID:-}|; s|@ACTIVATION_CODE@|${ACTIVATION_CODE:-}|")
if [ "$(cat "$config" 2> /dev/null)" != "$wanted" ] || ! systemctl is-active --quiet kubelet; then
  umask 077
  printf '%s\n' "$wanted" > "$config.new"
  nodeadm init --config-source "file://$config.new"
  # Only a configuration that was taken on counts.
  mv "$config.new" "$config"
fi

# nodeadm writes containerd's configuration anew, without NVIDIA's runtime.
toml=$ROOT/etc/containerd/config.toml
before=$(cksum < "$toml")
nvidia-ctk runtime configure --runtime=containerd --config="$toml" --set-as-default
[ "$before" = "$(cksum < "$toml")" ] || systemctl restart containerd
printf '%s\n' "$NODE_NAME is a node; its CNI makes it ready"
