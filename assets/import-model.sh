#!/bin/sh
# Ends with 75, EX_TEMPFAIL of sysexits.h, where another try may help.
set -euf

uri=${MODEL_URI:?}
scratch=${SCRATCH_DIR:?}
source=${SOURCE_DIR:-}
repository=${HUB_REPOSITORY:-}
hub=${HUB_ENDPOINT:-https://huggingface.co}
pause=${RETRY_SECONDS:-5} tries=${RETRIES:-5}
bucket=${uri#s3://}
prefix=${bucket#*/} bucket=${bucket%%/*}
tab=$(printf '\t') cr=$(printf '\r') mark=$(printf '\357\273\277')

say() { printf 'import: %s\n' "$*" >&2; }
later() { say "ERROR: $*"; exit 75; }
fail() { say "ERROR: $*"; exit 1; }
mib() { printf '%s MiB' "$((($1 + 1048575) / 1048576))"; }
bytes() { if [ -f "$1" ]; then wc -c < "$1"; else echo 0; fi; }
checksum() { sha256sum < "$1" | cut -d ' ' -f 1; }
# What git, and so the hub, calls a file that is not in its large file storage.
blob_id() { { printf 'blob %s\0' "$(($(bytes "$1")))"; cat "$1"; } | sha1sum | cut -d ' ' -f 1; }

# The classic client, because the one that the CLI prefers on some instance types takes 16 to 24 GiB of buffers.
printf '[default]\ns3 =\n  preferred_transfer_client = classic\n' > "$scratch/aws-config"
export AWS_CONFIG_FILE="$scratch/aws-config" AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=10

# The Authorization header of requests. curl gets it by its standard input, never as an argument.
authorization=
if [ -n "${TOKEN_FILE:-}" ]; then
  authorization=$(tr -d '\r\n' < "$TOKEN_FILE") || fail "cannot read the secret at $TOKEN_FILE"
  case $authorization in ''|*[\"\\]*) fail 'the secret with the token is empty or has a quote or a backslash, so it is no token' ;; esac
  [ -z "$repository" ] || authorization="Bearer $authorization"
fi

check_path() {
  case $1 in
    SHA256SUMS) fail 'SHA256SUMS is the manifest and cannot be a file of the model' ;;
    ''|/*|*..*|*[!A-Za-z0-9._/@+=-]*) fail "the path '$1' is not allowed; use letters, digits and . _ / @ + = -, or leave it out" ;;
  esac
}

matches() {
  for pattern in $2; do
    # shellcheck disable=SC2254  # it is a pattern
    case $1 in $pattern) return 0 ;; esac
  done
  return 1
}

# Is a file of a folder or a repository taken? Hidden ones never are. In patterns, * is a / too, as in those of the hub's own tools.
taken() {
  case /$1 in */.*|/SHA256SUMS) return 1 ;; esac
  [ -z "${INCLUDE:-}" ] || matches "$1" "$INCLUDE" || return 1
  if matches "$1" "${EXCLUDE:-}"; then return 1; fi
  if [ "$safetensors" = 1 ] && matches "$1" "${EXCLUDE_BESIDE_SAFETENSORS:-}"; then return 1; fi
}

has_weights() { cut -f 3 "$1" | grep -qE '\.(safetensors|bin|pt|pth|ckpt|gguf|onnx|plan|engine)$'; }

# Lines <check> <bytes> <path> <url or local file> of what is taken, from those of what there is. Check is a SHA-256, git:<blob id> or -.
choose() {
  safetensors=0
  if cut -f 3 "$1" | grep -E '\.safetensors$' | grep -qvE '(^|/)consolidated[^/]*$|^original/|^metal/'; then safetensors=1; fi
  total=0 count=0
  while IFS=$tab read -r check size path from; do
    if ! taken "$path"; then say "left out $path"; continue; fi
    check_path "$path"
    total=$((total + size)) count=$((count + 1))
    printf '%s\t%s\t%s\t%s\n' "$check" "$size" "$path" "$from" >> "$2"
  done < "$1"
  if has_weights "$1" && ! has_weights "$2"; then fail 'all weights are left out; say by allow and ignore which files are the model'; fi
  say "$count files of $(mib "$total") to import"
}

# Room for the largest file on its way, in bytes.
room() {
  free=$(($(df -B1 --output=avail "$scratch" | tail -n 1) + $(bytes "$scratch/file.part")))
  if [ -n "${SCRATCH_MIB:-}" ] && [ "$free" -gt "$((SCRATCH_MIB * 1048576))" ]; then free=$((SCRATCH_MIB * 1048576)); fi
  printf '%s' "$free"
}

# The last value of a header in the answer that counts, the one after all redirects.
header() {
  value=
  while IFS= read -r line; do
    line=${line%"$cr"}
    case $line in HTTP/*) value= ;; esac
    [ "$(printf '%s' "${line%%:*}" | tr '[:upper:]' '[:lower:]')" != "$1" ] || value=$(printf '%s' "${line#*:}" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//')
  done < "$scratch/headers"
  printf '%s' "$value"
}

# One request, whose status of curl is left in $status, that of HTTP in $code and its version in $version: <url> <options of curl>
attempt() {
  url=$1
  shift
  case $url in https:*) protocols='=https' ;; *) protocols='=https,http' ;; esac
  : > "$scratch/headers"
  status=0
  code=$({ [ -z "$authorization" ] || printf 'header = "Authorization: %s"\n' "$authorization"; } | curl --config - \
    --fail --location --max-redirs 10 --globoff --silent --show-error --proto "$protocols" --proto-redir "$protocols" \
    --connect-timeout 30 --speed-limit 1024 --speed-time "${STALL_SECONDS:-60}" --header 'Accept-Encoding: identity' \
    --dump-header "$scratch/headers" --write-out '%{http_code} %{http_version}' "$@" -- "$url") || status=$?
  version=${code#* } code=${code%% *}
}

# Fails where another try cannot help: <url>
fail_if_final() {
  reason=$(header x-error-code)
  case $status/$code in
    1/*) fail "cannot download $1: it leads to another protocol than ${protocols#=}, where what arrives can be changed on the way" ;;
    3/*) fail "cannot download $1: it is no URL" ;;
    23/*) fail "cannot download $1: there is room for $(mib "$(room)") only; set largestFile of the import" ;;
    47/*) fail "cannot download $1: it is redirected too often" ;;
    60/*) fail "cannot download $1: its certificate is not trusted" ;;
    63/*) fail "cannot download $1: it has $(mib "$(($(header content-length) + had))"), but there is room for $(mib "$(room)"); set largestFile of the import" ;;
    22/401|22/403) fail "cannot download $1: it may not be read ($code${reason:+ $reason}); ${denied:-name the secret of a token that may read it}" ;;
    22/404|22/410) fail "cannot download $1: it is not there ($code${reason:+ $reason}); ${absent:-correct the URL}" ;;
    22/408|22/416|22/425|22/429|22/5??) ;;
    22/*) fail "cannot download $1: it is refused ($code)" ;;
    0/200|0/206|0/416) ;;
    0/*) fail "cannot download $1: its answer is no file (HTTP $code)" ;;
  esac
}

# Before the next try, longer each time, or as long as the source says up to 5 minutes: <url> <tries in a row that brought nothing>
wait_for() {
  proof=
  may_join || proof='; it has neither a checksum nor an ETag, so it must come in one piece: give its sha256'
  [ "$2" -lt "$tries" ] || later "cannot download $1: $tries tries in a row brought nothing (curl $status, HTTP $code)$proof"
  delay=$((pause << $2))
  asked=$(header retry-after)
  case $asked in ''|*[!0-9]*|?????*) ;; *) [ "$asked" -le "$delay" ] || delay=$((asked > 300 ? 300 : asked)) ;; esac
  sleep "$delay"
}

# An answer of an API: <url> <file>
get() {
  idle=0
  while attempt "$1" --output "$2"; fail_if_final "$1"; [ "$status" -ne 0 ]; do
    wait_for "$1" "$((idle += 1))"
  done
}

# The check of a file, of the kind of another one: <file> <check>
check_of() {
  case $2 in git:*) printf 'git:%s' "$(blob_id "$1")" ;; *) checksum "$1" ;; esac
}

# Parts are joined only where something proves that they belong together: a checksum, or an ETag that the source still has.
may_join() { [ "${check:-}" != - ] || [ -s "$scratch/file.etag" ]; }
# A weak ETag proves nothing about bytes.
keep_etag() {
  etag=$(header etag)
  case $etag in \"*\") printf '%s' "$etag" > "$scratch/file.etag" ;; *) rm -f "$scratch/file.etag" ;; esac
}

# Is the answer to a range the next part of the same file, as far as an ETag can tell?
continues() {
  case $(header content-range) in "bytes $had-"*) ;; *) return 1 ;; esac
  [ "$check" != - ] || [ "$(header etag)" = "$(cat "$scratch/file.etag" 2>/dev/null)" ]
}

# What only a checksum could excuse: an answer that is changed on its way, that may end anywhere, or that is a page for people. <url>
fail_if_doubtful() {
  [ "$check" = - ] || return 0
  encoding=$(header content-encoding)
  case $encoding in ''|identity|aws-chunked) ;; *) fail "cannot download $1: it comes in the encoding $encoding, not as it is; give the sha256 of what comes, or another URL" ;; esac
  case $version in
    1*) [ -n "$(header content-length)$(header transfer-encoding)" ] ||
      fail "cannot download $1: it does not say how long it is, so that its end may be missing; give its sha256" ;;
  esac
  case $path in *.html|*.htm) return 0 ;; esac
  if head -c 512 "$part" | LC_ALL=C tr -d '\000' | grep -qiE '^[[:space:]]*<(!doctype html|html)'; then
    fail "cannot download $1: its answer is a web page, not the file; does it ask for a sign-in? If it is the file, give its sha256"
  fi
}

# A whole file, in as many parts as its source makes of it, into $part; 1 where it is not what was asked for: <url> <check>
download() {
  from=$1 check=$2 part=$scratch/file.part
  if [ "$(cat "$scratch/file.of" 2>/dev/null)" = "$from" ] && [ -s "$part" ] && may_join; then
    say "going on with $from"
  else
    rm -f "$part" "$scratch/file.etag"
    printf '%s\n' "$from" > "$scratch/file.of"
  fi
  idle=0 joined=0 most=$(($(bytes "$part")))
  while :; do
    had=$(($(bytes "$part")))
    space=$(($(room) - had))
    set -- --output "$part" --max-filesize "$((space > 0 ? space : 1))"
    if [ "$had" -gt 0 ]; then
      joined=1
      set -- "$@" --continue-at "$had"
      [ ! -s "$scratch/file.etag" ] || set -- "$@" --header "If-Range: $(cat "$scratch/file.etag")"
    fi
    attempt "$from" "$@"
    [ "$had" -gt 0 ] || keep_etag
    have=$(($(bytes "$part")))
    case $status/$code in
      0/416|22/416) result=other; [ "$(header content-range)" != "bytes */$have" ] || result=whole ;;
      33/*) result=other ;;
      # A source may send less than what was asked for, or another file than before.
      */206)
        total=$(header content-range) result=other
        total=${total##*/}
        if continues; then
          if [ "$status" -ne 0 ] || [ "$total" != "$have" ]; then result=broken; else result=whole; fi
          if [ "$total" = '*' ] && [ "$status" -eq 0 ] && [ "$check" != - ]; then result=whole; fi
        fi
        ;;
      0/200) result=whole ;;
      *) result=broken ;;
    esac
    if [ "$result" = whole ]; then
      : >> "$part"
      fail_if_doubtful "$from"
      if [ "$check" = - ] || [ "$(check_of "$part" "$check")" = "$check" ]; then return 0; fi
      [ "$joined" -eq 1 ] || return 1
      result=other
    fi
    fail_if_final "$from"
    if [ "$result" = broken ] && [ "$have" -gt "$most" ] && may_join; then
      say "$from broke off after $have bytes"
      idle=0 most=$have
      sleep "$((pause > 0))"
      continue
    fi
    if [ "$result" = other ] || ! may_join; then
      [ "$have" -eq 0 ] || say "starting $from again"
      rm -f "$part" "$scratch/file.etag"
      joined=0
    fi
    wait_for "$from" "$((idle += 1))"
  done
}

# Files of a folder, those of its folders included, as lines <path> <tab> <file>: <folder> <beginning of paths>
walk() {
  if [ ! -r "$1" ] || [ ! -x "$1" ]; then fail "cannot read the folder $1; the import is $(id)"; fi
  set +f
  for entry in "$1"/*; do
    set -f
    name=${entry##*/}
    if [ "$name" = lost+found ] || { [ ! -e "$entry" ] && [ ! -L "$entry" ]; }; then continue; fi
    [ -e "$entry" ] || fail "$entry is a link to nothing"
    real=$(readlink -f "$entry")
    case $real/ in "$volume"/*) ;; *) fail "$entry leads out of the volume, to $real" ;; esac
    if [ ! -d "$entry" ]; then printf '%s\t%s\n' "$2$name" "$entry"; continue; fi
    case $(readlink -f "$1")/ in "$real"/*) fail "$entry is a link to a folder that it is in" ;; esac
    (walk "$entry" "$2$name/") || exit $?
  done
}

from_volume() {
  [ -d "$source" ] || fail "there is no folder $source"
  volume=$(readlink -f "${SOURCE_ROOT:-${source%%/snapshots/*}}")
  (walk "$source" '') > "$scratch/walked" || exit $?
  while IFS=$tab read -r path from; do
    printf -- '-\t%s\t%s\t%s\n' "$(stat -L -c %s "$from" 2>/dev/null || echo 0)" "$path" "$from"
  done < "$scratch/walked" > "$scratch/there"
  : > "$scratch/known"
  : > "$scratch/chosen"
  choose "$scratch/there" "$scratch/chosen"
  if [ -f "$source/SHA256SUMS" ]; then
    read_manifest "$source/SHA256SUMS" "$source/SHA256SUMS" "$scratch/known"
    [ -s "$scratch/known" ] || fail 'the SHA256SUMS beside the files is empty; write it again, or remove it'
    while IFS=$tab read -r path check; do
      [ -f "$source/$path" ] || fail "there is no $path, which the SHA256SUMS beside the files lists"
    done < "$scratch/known"
  fi
  while IFS=$tab read -r check size path from; do
    [ -r "$from" ] || fail "cannot read $from; the import is $(id)"
    actual=$(checksum "$from") expected=$(known "$path")
    [ "${expected:-$actual}" = "$actual" ] || fail "the files do not match the SHA256SUMS beside them: it says $expected for $path, which has $actual"
    printf '%s\t%s\t%s\t%s\n' "$actual" "$size" "$path" "$from" >> "$wanted"
  done < "$scratch/chosen"
}

# Terms are accepted by a person, and by the name of the license, which may change with a commit. What the hub says of them is public: <answer>
accept_license() {
  accepted=${ACCEPTED_LICENSE:-}
  license=$(jq -r '(.cardData.license_name // .cardData.license // ((.tags // []) | map(select(startswith("license:")) | ltrimstr("license:")))[0] // "")
    | if type == "array" then .[0] else . end' < "$1") || license=
  gated=$(jq -r '.gated // false' < "$1") || gated=false
  page="$hub/$repository"
  if [ -n "$accepted" ]; then
    [ -z "$license" ] || [ "$license" = "$accepted" ] || fail "$repository is licensed by $license, and $accepted was accepted: read it at $page, and name it once it is accepted (acceptedLicense)"
  elif [ "$gated" != false ]; then
    fail "$repository is gated by the license ${license:-at $page}: read it at $page, accept it there, and name it (acceptedLicense)"
  fi
}

# The API of the hub, as huggingface_hub uses it (src/huggingface_hub/hf_api.py, list_repo_tree and model_info): all files of one commit, so
# that a branch that moves meanwhile changes nothing. The checksum of a large file is its SHA-256, that of others git's.
from_hub() {
  command -v jq > /dev/null || fail 'the image has no jq, which reads the answers of the hub'
  denied="$repository is private or gated, or there is none of this name: accept its terms at $hub/$repository, and name the secret of a token that may read it (token)"
  absent="there is no $repository with the revision $HUB_REVISION at $hub"
  get "$hub/api/models/$repository/revision/$(jq -rn --arg value "${HUB_REVISION:?}" '$value | @uri')" "$scratch/answer"
  commit=$(jq -r '.sha // empty' < "$scratch/answer") || commit=
  case $commit in ''|*[!0-9a-f]*) fail "$hub does not answer as a hub: there is no commit for $HUB_REVISION" ;; esac
  say "$repository at $commit"
  accept_license "$scratch/answer"
  : > "$scratch/there"
  next="$hub/api/models/$repository/tree/$commit?recursive=true"
  while [ -n "$next" ]; do
    case $next in "$hub"/*) ;; *) fail "$hub goes on at $next, which is elsewhere" ;; esac
    get "$next" "$scratch/answer"
    # shellcheck disable=SC2016  # variables of jq
    jq -r --arg base "$hub/$repository/resolve/$commit/" '.[] | select(.type == "file")
      | [(if .lfs then .lfs.oid | ltrimstr("sha256:") else "git:" + .oid end), .lfs.size // .size, .path, $base + .path] | @tsv' \
      < "$scratch/answer" >> "$scratch/there" || fail "$hub does not answer as a hub: $next is no list of files"
    jq -se 'map(type) == ["array"]' < "$scratch/answer" > /dev/null || fail "$hub does not answer as a hub: $next is no list of files"
    next=$(header link)
    case $next in
      *'>; rel="next"'*) next=${next%%'>; rel="next"'*} next=${next##*<} ;;
      *next*) fail "$hub does not answer as a hub: how its list goes on is not understood: $next" ;;
      *) next= ;;
    esac
    # Mirrors pass on the links of the hub.
    case $next in https://huggingface.co/*) next=$hub/${next#https://huggingface.co/} ;; esac
  done
  choose "$scratch/there" "$wanted"
}

# A manifest as lines <path> <tab> <checksum>, or the reason why it is none: <manifest> <its name> <file to write>. As in assemble-repository.sh.
read_manifest() {
  : > "$scratch/lines"
  while read -r hash path || [ -n "$hash" ]; do
    path=${path#\*}
    path=${path%"$cr"}
    hash=${hash#"$mark"} hash=${hash%"$cr"}
    [ -n "$hash$path" ] || continue
    while [ "$path" != "${path#./}" ]; do path=${path#./}; done
    [ "$path" != SHA256SUMS ] || continue
    case $hash in *[!0-9A-Fa-f]*|'') fail "$2 has a line that is no checksum: $hash $path" ;; esac
    [ "${#hash}" -eq 64 ] || fail "$2 has a line that is no SHA-256 checksum: $hash $path"
    case $path in ''|/*|*..*|*[!A-Za-z0-9._/@+=-]*) fail "$2 names a file that is not allowed: $path" ;; esac
    printf '%s\t%s\n' "$path" "$(printf '%s' "$hash" | tr '[:upper:]' '[:lower:]')" >> "$scratch/lines"
  done < "$1"
  LC_ALL=C sort -u "$scratch/lines" > "$3"
}
# The checksum of a path in the manifest that was read last.
known() {
  while IFS=$tab read -r known_path known_hash; do
    [ "$known_path" != "$1" ] || printf '%s' "$known_hash"
  done < "$scratch/known"
}

# What was complete by the same list, or the same files of the same revision, is not asked for again: its source may be gone. What was computed says by itself
# what it was made of.
recipe=${RECIPE:-$(printf '%s\n' "$hub $repository ${HUB_REVISION:-}" "${INCLUDE:-}" "${EXCLUDE:-}" "${EXCLUDE_BESIDE_SAFETENSORS:-}" "$(cat "${FILE_LIST:-/dev/null}")" | sha256sum | cut -d ' ' -f 1)}
if { [ -z "$source" ] || [ -n "${RECIPE:-}" ]; } && [ "$(aws s3api head-object --bucket "$bucket" --key "$prefix/SHA256SUMS" --query Metadata.recipe --output text 2>/dev/null < /dev/null)" = "$recipe" ]; then
  say "$uri is complete"
  exit 0
fi

# What has to be stored, as lines <check> <bytes> <path> <url or local file>.
wanted=$scratch/wanted; : > "$wanted"
if [ -n "$repository" ]; then from_hub; elif [ -n "$source" ]; then from_volume; else
  while read -r check path from || [ -n "$check" ]; do printf '%s\t0\t%s\t%s\n' "$check" "$path" "$from"; done < "${FILE_LIST:?}" > "$wanted"
fi
[ -s "$wanted" ] || fail 'there are no files to import'
while IFS=$tab read -r check size path from; do
  check_path "$path"
  [ -n "$source" ] || [ "$size" -le "$(room)" ] || fail "$path has $(mib "$size"), but there is room for $(mib "$(room)"); set largestFile of the import"
done < "$wanted"

# The metadata of an object, in $have the checksum it carries and in $origin what it came from; nothing where there is no such object.
inspect() {
  have='' origin=''
  if [ "$listed" = 1 ] && ! grep -qxF "$prefix/$1" "$scratch/listed"; then return 0; fi
  aws s3api head-object --bucket "$bucket" --key "$prefix/$1" --query 'Metadata.[sha256,origin]' --output text > "$scratch/object" 2>/dev/null < /dev/null || return 0
  read -r have origin < "$scratch/object" || return 0
  [ "$have" != None ] || have=''
  if [ "$origin" = None ]; then origin=; fi
}
# What a file comes from, as metadata that S3 takes: git-<blob id>, or a digest of URL and ETag; nothing where that may change unseen.
origin_of() {
  case $1 in
    git:*) printf 'git-%s' "${1#git:}" ;;
    -) [ -z "$3" ] || printf 'etag-%s' "$(printf '%s %s' "$2" "$3" | sha256sum | cut -d ' ' -f 1)" ;;
  esac
}

# Is the version complete already? One list answers that, and which files are there; without the right to list, each is asked for.
listed=1
aws s3api list-objects-v2 --bucket "$bucket" --prefix "$prefix/" --query 'Contents[].[Key]' --output text > "$scratch/listed" 2>/dev/null < /dev/null || listed=0
if [ "$listed" = 1 ] && ! grep -qxF "$prefix/SHA256SUMS" "$scratch/listed"; then
  :
elif aws s3 cp --only-show-errors "$uri/SHA256SUMS" "$scratch/manifest" > /dev/null 2> "$scratch/error" < /dev/null; then
  read_manifest "$scratch/manifest" "$uri/SHA256SUMS" "$scratch/known"
  lines=0
  while IFS=$tab read -r check size path from; do
    lines=$((lines + 1))
    hash=$(known "$path")
    [ -n "$hash" ] || fail "$uri is complete and does not hold $path; import other files as another version"
    case $check in
      -) ;;
      git:*) inspect "$path"; [ -z "$origin" ] || [ "$origin" = "$(origin_of "$check")" ] || hash=another ;;
      *) [ "$check" = "$hash" ] || hash=another ;;
    esac
    [ "$hash" != another ] || fail "$uri is complete with another $path; import it as another version"
  done < "$wanted"
  [ "$lines" -eq "$(wc -l < "$scratch/known")" ] || fail "$uri is complete and holds other files; import these as another version"
  say "$uri is complete"
  exit 0
else
  case $(cat "$scratch/error") in
    *404*|*NoSuchKey*|*'Not Found'*|*'does not exist'*) ;;
    *'(403)'*|*' 403 '*|*AccessDenied*|*Forbidden*)
      cat "$scratch/error" >&2
      later "cannot read $uri: access is refused; the role or the credentials of this pod must be allowed to read and write it" ;;
    *) cat "$scratch/error" >&2; later "cannot read $uri" ;;
  esac
fi

: > "$scratch/sums"
while IFS=$tab read -r check size path from; do
  inspect "$path"
  keep=
  case $check in
    -)
      [ -z "$origin" ] || attempt "$from" --head --output /dev/null
      [ -z "$origin" ] || [ "$origin" != "$(origin_of - "$from" "$(header etag)")" ] || keep=1
      ;;
    git:*) [ "$origin" != "$(origin_of "$check")" ] || keep=1 ;;
    *) [ "$have" != "$check" ] || keep=1 ;;
  esac
  if [ -n "$keep" ] && [ -n "$have" ]; then
    say "kept $path"
    printf '%s  %s\n' "$have" "$path" >> "$scratch/sums"
    continue
  fi
  file=$from actual=$check metadata=
  if [ -z "$source" ]; then
    if ! download "$from" "$check"; then
      actual=$(check_of "$part" "$check")
      rm -f "$part"
      encoding=$(header content-encoding)
      fail "$from is not what was asked for: its checksum is ${actual#git:}, not ${check#git:}${encoding:+; it came in the encoding $encoding}"
    fi
    file=$part
    actual=$(checksum "$part")
    origin=$(origin_of "$check" "$from" "$(cat "$scratch/file.etag" 2>/dev/null || true)")
    [ -z "$origin" ] || metadata=",origin=$origin"
  fi
  aws s3 cp --only-show-errors --metadata "sha256=$actual$metadata" "$file" "$uri/$path" < /dev/null || later "cannot write $uri/$path"
  [ -n "$source" ] || rm -f "$part" "$scratch/file.etag"
  say "stored $path"
  printf '%s  %s\n' "$actual" "$path" >> "$scratch/sums"
done < "$wanted"

LC_ALL=C sort -k 2 "$scratch/sums" > "$scratch/SHA256SUMS"
# The role of the pod may write it where there is none, and not replace it.
if [ -n "${MANIFEST_ONCE:-}" ]; then
  aws s3api put-object --bucket "$bucket" --key "$prefix/SHA256SUMS" --body "$scratch/SHA256SUMS" --metadata "recipe=$recipe" --if-none-match '*' > /dev/null < /dev/null
else
  aws s3 cp --only-show-errors --metadata "recipe=$recipe" "$scratch/SHA256SUMS" "$uri/SHA256SUMS" < /dev/null
fi || later "cannot write $uri/SHA256SUMS"
say "$uri is complete: $(wc -l < "$scratch/SHA256SUMS") files"
