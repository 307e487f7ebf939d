#!/bin/sh
# What the pods of a node share, for assemble-repository.sh and hold-weights.sh, which have $scratch, say and fail:
#
#   blobs/<SHA-256>    whole files: a file gets this name when it has been checked, and has no other before
#   arriving/<pod>/    what a pod copies
#   leases/<pod>       lines <SHA-256> <bytes> of what a pod needs. Its time is until when, and the pod puts it off while it lives
#   locks/<SHA-256>    a link to the pod that copies it, which touches it while it does
#   manifests/<name>   what a version holds, for when the store cannot be reached
#   compiled/<key>     what an engine has compiled
#   evicted/           what is on its way out
#
# Pods may die at any time, and no lock outlives its pod for long, so nothing relies on locks but that work is done once. What is evicted is
# renamed first and looked up in the leases again after that, and a pod looks for its files after it has written its lease: so either the pod
# sees that a file is gone, or it is put back.

cache=${CACHE_DIR:?} scratch=${scratch:?} pod=${POD_UID:?}
limit=$((${CACHE_MIB:?} * 1048576))
stale=${LOCK_SECONDS:-30}

now() { date +%s; }
time_of() { stat -c %Y "$1" 2>/dev/null || echo 0; }
entries() { ls -A "$cache/$1" 2>/dev/null || :; }
room_of() { printf '%s MiB' "$((($1 + 1048575) / 1048576))"; }

open_cache() {
  for folder in blobs arriving leases locks manifests compiled evicted tmp; do
    [ -d "$cache/$folder" ] || mkdir -p "$cache/$folder" || fail "cannot write to the cache at $cache; its folder must belong to group $(id -g)"
  done
}

# A lock that nobody has touched for a while is that of a pod that died; that of this pod is from before its restart.
try_lock() {
  ! ln -s -T "$pod" "$cache/locks/$1" 2>/dev/null || return 0
  owner=$(readlink "$cache/locks/$1") || owner=
  [ "$owner" = "$pod" ] || [ "$(($(now) - $(time_of "$cache/locks/$1")))" -gt "$stale" ] || return 1
  rm -f "$cache/locks/$1"
  ln -s -T "$pod" "$cache/locks/$1" 2>/dev/null
}
unlock() { [ "$(readlink "$cache/locks/$1")" != "$pod" ] || rm -f "$cache/locks/$1"; }

# Until this process ends: its locks are kept, and its lease. <process> <seconds of the lease>
keep_touching() {
  while sleep "$((stale / 6 + 1))" && kill -0 "$1" 2>/dev/null; do
    for lock in $(entries locks); do
      [ "$(readlink "$cache/locks/$lock")" != "$pod" ] || touch -h -c "$cache/locks/$lock"
    done
    extend_lease "$2"
  done
}

# <file of lines <SHA-256> <bytes>> <seconds>
take_lease() {
  cp "$1" "$cache/tmp/$pod.lease" && touch -d "@$(($(now) + $2))" "$cache/tmp/$pod.lease" && mv -f "$cache/tmp/$pod.lease" "$cache/leases/$pod"
}
extend_lease() { touch -c -d "@$(($(now) + $1))" "$cache/leases/$pod"; }
give_lease_back() { rm -f "$cache/leases/$pod"; }

# What living pods need, into $scratch/needed. What others left goes.
read_leases() {
  : > "$scratch/leased"
  for each in $(entries leases); do
    if [ "$(time_of "$cache/leases/$each")" -ge "$(now)" ]; then
      cat "$cache/leases/$each" >> "$scratch/leased" 2>/dev/null || :
    else
      rm -f "$cache/leases/$each"
    fi
  done
  for each in $(entries arriving); do
    [ "$each" = "$pod" ] || [ -f "$cache/leases/$each" ] || rm -rf "$cache/arriving/$each"
  done
  LC_ALL=C sort -u "$scratch/leased" > "$scratch/needed"
}
is_needed() {
  while read -r hash _; do [ "$hash" != "$1" ] || return 0; done < "$scratch/needed"
  return 1
}
sum_of() {
  sum=0
  while read -r _ bytes _; do sum=$((sum + bytes)); done < "$1"
  echo "$sum"
}

# Lines <name> <bytes> <time> <folder> of what may go, the least recently used first, into $scratch/unused.
list_unused() {
  for each in $(entries blobs); do stat -c "$each %s %Y blobs" "$cache/blobs/$each" 2>/dev/null || :; done | LC_ALL=C sort > "$scratch/blobs"
  LC_ALL=C join -v 1 "$scratch/blobs" "$scratch/needed" > "$scratch/idle"
  for each in $(entries compiled); do
    bytes=$(du -s -B1 "$cache/compiled/$each" 2>/dev/null) || continue
    printf '%s %s %s compiled\n' "$each" "${bytes%%[!0-9]*}" "$(time_of "$cache/compiled/$each")" >> "$scratch/idle"
  done
  sort -n -k 3,3 "$scratch/idle" > "$scratch/unused"
}

# <folder> <name>
evict() {
  mv -T "$cache/$1/$2" "$cache/evicted/$2" 2>/dev/null || return 0
  read_leases
  if is_needed "$2"; then
    mv -T "$cache/evicted/$2" "$cache/$1/$2"
  else
    rm -rf "$cache/evicted/$2"
    say "evicted $1/$2"
  fi
}

# What a pod that died was about to evict: whole files are put back, to be counted.
undo_evictions() {
  for each in $(entries evicted); do
    if [ -f "$cache/evicted/$each" ]; then mv -f "$cache/evicted/$each" "$cache/blobs/$each"; else rm -rf "$cache/evicted/$each"; fi
  done
}

# Room for what living pods need and do not have yet, which counts as if it were there, and for some bytes more. <bytes more> <bytes that will be written>
make_room() {
  until try_lock room; do sleep 0.2; done
  undo_evictions
  read_leases
  list_unused
  leased=$(sum_of "$scratch/needed") unused=$(sum_of "$scratch/unused") enough=0
  if [ "$((leased + $1))" -gt "$limit" ]; then
    enough=1
  else
    while read -r name bytes _ folder; do
      free=$(df -B1 --output=avail "$cache" | tail -n 1)
      [ "$((leased + $1 + unused))" -gt "$limit" ] || [ "$2" -gt "$((free))" ] || break
      evict "$folder" "$name"
      unused=$((unused - bytes))
    done < "$scratch/unused"
  fi
  unlock room
  return "$enough"
}
