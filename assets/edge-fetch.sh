#!/bin/sh
# Fetches what a machine of a site is set up with, on one that has an uplink: the files of downloads, whose lines have a checksum, a name and an address.
# What is there and right is not fetched again; what breaks off goes on where it stopped.
set -eu

cd "$(dirname "$0")"

right() { echo "$1  $2" | sha256sum --check --status 2> /dev/null; }

while read -r sum name address; do
  if right "$sum" "$name"; then continue; fi
  echo "fetch: $name"
  curl --fail --location --silent --show-error --proto '=https' --retry 3 --continue-at - --output "$name.part" "$address"
  if ! right "$sum" "$name.part"; then
    rm -f "$name.part"
    echo "fetch: $name from $address has another checksum than $sum" >&2
    exit 1
  fi
  mv "$name.part" "$name"
done < downloads
sha256sum --check --quiet SHA256SUMS
