#!/bin/sh
# The part of assemble-repository.sh for weights that pods share, with what that script and model-cache.sh have. Files are copied into the cache, and
# the folders of the models have links to them.

: "${root:?}" "${scratch:?}" "${workers:?}" "${cache:?}" "${pod:?}" "${limit:?}"
# Seconds that a lease lasts while its files arrive.
arrival=${ARRIVAL_SECONDS:-600}
leased=0

# What has been planned before, for the same uri and patterns.
remembered() { printf '%s' "$cache/manifests/$(printf '%s' "$1 $2" | sha256sum | cut -d ' ' -f 1)"; }

# A folder that the sync of a site keeps: what is visible now, by <model>/<channel>. Its files were checked against a signed release before they became visible.
plan_synced() {
  location=${2#s3://}
  visible=$cache/synced/${location#*/}/current
  waited=0
  until [ -f "$visible/SHA256SUMS" ]; do
    [ "$waited" -ne 0 ] || say "waits for the first release of ${location#*/}, which the sync of the site brings"
    waited=1
    sleep "${SYNC_WAIT_SECONDS:-5}"
  done
  # One release, also where the link changes meanwhile.
  cp "$(readlink -f "$visible")/SHA256SUMS" "$scratch/SHA256SUMS"
  plan_wanted "$1" "$2" "$4"
  while read -r path hash; do
    size=$(stat -c %s "$cache/blobs/$hash" 2>/dev/null) || fail "blobs/$hash, which is $2/$path, is not in the cache; the sync of the site brings it again"
    printf '%s\t%s\t%s\n' "$path" "$hash" "$size"
  done < "$scratch/wanted" > "$scratch/$1.files"
}

# A folder whose files are in the cache. A version never changes, so what it held when it was last asked for is what it holds.
plan_cached() {
  if [ -n "${CACHE_SYNCED:-}" ]; then
    plan_synced "$@"
    return
  fi
  known=$(remembered "$2" "$4")
  if [ -f "$known" ]; then
    # Without the patience of those that cannot do without an answer.
    if (export AWS_MAX_ATTEMPTS=3; get_manifest "$2" --cli-connect-timeout 10) 2> "$scratch/said"; then
      plan_files "$1" "$2" "$4"
      return
    fi
    cat "$scratch/said" >&2
    if is_unreachable "$scratch/said"; then
      say "WARNING: the store cannot be reached; $2 is taken as it was"
      cp "$known" "$scratch/$1.files"
      return
    fi
  fi
  plan_folder "$@"
  case $(cut -f 3 "$scratch/$1.files") in *-*) return ;; esac
  cp "$scratch/$1.files" "$cache/tmp/$pod.manifest" && mv -f "$cache/tmp/$pod.manifest" "$known"
}

# What a folder needs: lines <checksum> <bytes> <uri of the file>, into $scratch/cached.
list_cached() {
  while read -r path hash size; do
    [ "$size" != - ] || size=0
    printf '%s %s %s\n' "$hash" "$size" "$2/$path" >> "$scratch/cached"
  done < "$scratch/$1.files"
}

# Whether a file is in the cache as it was put there; a file that a crash of the node cut short is not. <checksum> <bytes, or 0>
is_cached() {
  [ -f "$cache/blobs/$1" ] || return 1
  if [ "$2" -gt 0 ] && [ "$(stat -c %s "$cache/blobs/$1")" != "$2" ]; then
    say "removed blobs/$1, which is damaged"
    rm -f "$cache/blobs/$1"
    return 1
  fi
}

# A file that nobody else copies now: <checksum> <bytes> <uri>
copy_cached() {
  if is_cached "$1" "$2"; then return; fi
  file=$cache/arriving/$pod/$1
  rm -rf "$file"
  if ! aws s3 cp --only-show-errors "$3" "$file" < /dev/null; then
    say "ERROR: cannot copy $3, which its SHA256SUMS lists"
    return 1
  fi
  found=$(checksum "$file")
  if [ "$found" != "$1" ]; then
    rm -f "$file"
    say "ERROR: $3 is corrupt: SHA256SUMS says $1, the object has $found"
    return 1
  fi
  # On the disk before it has its name. Its time is that of the object until here.
  chmod 0444 "$file" && sync "$file" && touch "$file" && mv -f "$file" "$cache/blobs/$1" || return 1
  say "copied $3"
}

# Every file whose line number belongs to a worker; first those that no other pod copies: <worker>
copy_cached_share() {
  line=0
  : > "$scratch/later.$1"
  while read -r hash size uri; do
    line=$((line + 1))
    [ $((line % workers)) -eq "$1" ] || continue
    if try_lock "$hash"; then
      copy_cached "$hash" "$size" "$uri" || { unlock "$hash"; return 1; }
      unlock "$hash"
    else
      say "waits for another pod, which copies $uri"
      printf '%s %s %s\n' "$hash" "$size" "$uri" >> "$scratch/later.$1"
    fi
  done < "$scratch/missing"
  while read -r hash size uri; do
    until try_lock "$hash"; do sleep 1; done
    copy_cached "$hash" "$size" "$uri" || { unlock "$hash"; return 1; }
    unlock "$hash"
  done < "$scratch/later.$1"
}

# The folder with links to the files: <number> <uri> <local folder>
link_cached() {
  rm -rf "$3"
  while read -r path hash size; do
    # Written now, for the order in which files are evicted.
    touch -c "$cache/blobs/$hash" 2>/dev/null || :
    [ -f "$cache/blobs/$hash" ] || fail "$2/$path has gone from the cache while it was looked at"
    target=$3/$path
    mkdir -p "${target%/*}" && ln -s "$cache/blobs/$hash" "$target"
  done < "$scratch/$1.files"
}

# What was compiled on nodes like this one: other pods have the same image, GPU, model and flags, and the same folder.
restore_compiled() {
  compiled=$cache/compiled/${COMPILED_KEY:-}
  [ -n "${COMPILED_KEY:-}" ] && [ -d "$compiled" ] || return 0
  touch -c "$compiled"
  if cp -R -p "$compiled/." "${ENGINE_DIR:?}/"; then
    say 'what was compiled before is there'
  else
    for part in $COMPILED_PARTS; do rm -rf "${ENGINE_DIR:?}/$part"; done
    say 'WARNING: what was compiled before has gone; it is compiled again'
  fi
}

fill_cache() {
  printf '%s\n' "${CACHE_PLAN?}" > "$scratch/cached-plan"
  open_cache
  rm -rf "$cache/arriving/$pod"
  mkdir "$cache/arriving/$pod"
  for_each "$scratch/cached-plan" plan_cached cached-
  : > "$scratch/cached"
  for_each "$scratch/cached-plan" list_cached cached-
  LC_ALL=C sort -u -k 1,1 "$scratch/cached" > "$scratch/each"
  cut -d ' ' -f 1,2 "$scratch/each" > "$scratch/lease"
  take_lease "$scratch/lease" "$arrival"
  keep_touching "$$" "$arrival" > /dev/null 2>&1 < /dev/null &
  heart=$!
  missing=0
  : > "$scratch/missing"
  while read -r hash size uri; do
    if is_cached "$hash" "$size"; then continue; fi
    missing=$((missing + size))
    printf '%s %s %s\n' "$hash" "$size" "$uri" >> "$scratch/missing"
  done < "$scratch/each"
  if [ -s "$scratch/missing" ]; then
    if ! make_room 0 "$missing"; then
      fail "the cache may hold $(mib "$limit"), but the pods of this node need $(mib "$leased") of it; raise the size of modelCache, or stop others first"
    fi
    free=$(df -B1 --output=avail "$cache" | tail -n 1)
    if [ "$missing" -gt "$((free))" ]; then
      fail "the files of the models take $(mib "$missing") more, but the disk of the cache has $(mib "$((free))") left, and nothing else may go; use nodes with a larger disk"
    fi
    share_out copy_cached_share || fail 'the copy into the cache is not complete'
  else
    say 'all files are in the cache'
  fi
  for_each "$scratch/cached-plan" link_cached cached-
  rm -rf "$cache/arriving/$pod"
  restore_compiled
  kill "$heart"
  # For the container that keeps the lease, whose start may have to wait for the image of another one.
  cp "$scratch/lease" "$root/.lease"
  take_lease "$scratch/lease" "${HANDOVER_SECONDS:-7200}"
}
