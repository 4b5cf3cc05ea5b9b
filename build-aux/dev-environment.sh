# shellcheck shell=bash
# dev-environment.sh: finds or makes a place where everything that Confab needs is installed, and goes there
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# In this order: we are there already; the host, when its libraries are new enough; a Debian 13 root made by mmdebstrap
# (as root on Debian and its family); an image made by podman or docker. Sourced by ./dev.

: "${source_root:?}"
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"
dev_cache=${CONFAB_DEV_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/confab-dev}
package_list=$source_root/build-aux/packages
root_marker=/etc/confab-dev-root
root_suite=trixie

say () { printf '%s\n' "$*"; }
die () { printf 'dev: %s\n' "$*" >&2; exit 1; }

# step MESSAGE LOG COMMAND…: one line for a long step, with the time it took; its output only when it fails.
step ()
{
  local message=$1 log=$2 start=$SECONDS
  shift 2
  printf '%s… ' "$message"
  mkdir -p "$(dirname "$log")"
  if "$@" >"$log" 2>&1 </dev/null; then
    printf '%d s\n' $((SECONDS - start))
  else
    printf 'failed after %d s\n' $((SECONDS - start))
    sed 's/^/  | /' < <(tail -n 40 "$log") >&2
    die "the whole log is $log"
  fi
}

packages () { sed 's/#.*//' "$package_list" | tr -s ' \n' '\n' | sed '/^$/d' | sort -u; }
packages_hash () { { echo "$root_suite 1"; packages; } | sha256sum | cut -c1-12; }
checkout_name () { echo "$(basename "$source_root")-$(printf '%s' "$source_root" | sha256sum | cut -c1-8)"; }

# --- the host -------------------------------------------------------------------------------------------------------

# Prints what the host lacks; nothing when it will do.
host_lacks ()
{
  local module version tool
  while read -r module version; do
    pkg-config --atleast-version="$version" "$module" 2>/dev/null || printf '%s ≥ %s, ' "$module" "$version"
  done <<'END'
glib-2.0 2.82
gtk4 4.16
libadwaita-1 1.6
libsoup-3.0 3.6
json-glib-1.0 1.10
libsecret-1 0.20
libsodium 1.0.18
gnutls 3.8
sqlite3 3.40
libdex-1 0.8
END
  for tool in cc ninja blueprint-compiler glib-compile-resources msgfmt python3; do
    command -v "$tool" >/dev/null || printf '%s, ' "$tool"
  done
  [ "$(printf '%s\n' 1.3 "$(meson --version 2>/dev/null || echo 0)" | sort -V | head -n 1)" = 1.3 ] ||
    printf 'meson ≥ 1.3, '
}

# Development accounts, rooms and settings stay apart from those of an installed Confab.
use_host ()
{
  local home
  home=$dev_cache/home/$(checkout_name)
  export XDG_CONFIG_HOME=$home/.config XDG_DATA_HOME=$home/.local/share XDG_STATE_HOME=$home/.local/state
  export CCACHE_DIR=${CCACHE_DIR:-$dev_cache/ccache} CONFAB_DEV_CACHE=$dev_cache/downloads
  mkdir -p "$home" "$CCACHE_DIR" "$CONFAB_DEV_CACHE"
}

# --- the Debian root ------------------------------------------------------------------------------------------------

root_is_possible ()
{
  [ "$(id -u)" -eq 0 ] && { command -v apt-get || command -v mmdebstrap; } >/dev/null && unshare -m true 2>/dev/null
}

install_mmdebstrap ()
{
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    mmdebstrap debian-archive-keyring util-linux
}

# In a mount namespace of its own, so that nothing stays mounted however it ends. Joined with &&, because `set -e` does
# not hold in what step runs.
make_root ()
{
  local partial=$1 include
  include=$(packages | paste -sd,)
  unshare -m --propagation private mmdebstrap --mode=root --variant=minbase --include="$include" \
    --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    "$root_suite" "$partial" \
    && tr -d - </proc/sys/kernel/random/uuid >"$partial/etc/machine-id" \
    && packages_hash >"$partial$root_marker"
}

# A root is made under a temporary name and renamed when complete; an interrupted one is swept away by the next maker.
ensure_root ()
{
  local root=$1 partial=$1.partial
  [ ! -e "$root$root_marker" ] || return 0
  mkdir -p "$dev_cache"
  exec 9>"$dev_cache/making.lock"
  flock -n 9 || { say "waiting for another ./dev that makes the Debian 13 root"; flock 9; }
  if [ ! -e "$root$root_marker" ]; then
    rm -rf --one-file-system "$root" "$dev_cache"/root-*.partial
    if ! command -v mmdebstrap >/dev/null || [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
      step "installing mmdebstrap" "$dev_cache/logs/mmdebstrap-install.log" install_mmdebstrap
    fi
    step "making the Debian 13 root (about 2 minutes, once)" "$dev_cache/logs/root.log" make_root "$partial"
    mv "$partial" "$root"
    remove_superseded_roots "$root"
  fi
  exec 9>&-
}

# Roots of older package lists go when nobody is in them (whoever is holds a lock) and nobody was for a day.
remove_superseded_roots ()
{
  local old
  for old in "$dev_cache"/root-*; do
    case $old in "$1" | *.lock | *.partial) continue ;; esac
    [ -z "$(find "$old.lock" -mmin -1440 2>/dev/null)" ] || continue
    (exec 7>>"$old.lock" && flock -n 7 && rm -rf --one-file-system "$old" && rm -f "$old.lock") || true
  done
}

# What the tree needs beside itself: for a git worktree the repository that it belongs to.
git_common_dir ()
{
  [ -f "$source_root/.git" ] && git -C "$source_root" rev-parse --path-format=absolute --git-common-dir 2>/dev/null
}

# Names and values that go along into the root; everything else of the host's environment stays outside.
forwarded_environment ()
{
  local name
  for name in $(compgen -e); do
    case $name in
      CONFAB_DEV_ROOT | CONFAB_DEV_ENV) ;;
      CI | TERM | COLORTERM | NO_COLOR | COLUMNS | TZ | DISPLAY | WAYLAND_DISPLAY | DBUS_SESSION_BUS_ADDRESS | \
      GTK_* | GSK_* | GDK_* | G_MESSAGES_DEBUG | G_DEBUG | G_SLICE | ASAN_OPTIONS | UBSAN_OPTIONS | LSAN_OPTIONS | \
      TSAN_OPTIONS | MESON_TESTTHREADS | GIT_AUTHOR_* | GIT_COMMITTER_* | CONFAB_* | \
      http_proxy | https_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | NO_PROXY)
        printf '%s=%s\0' "$name" "${!name}" ;;
    esac
  done
}

# Runs inside the new mount namespace, where all mounts vanish with the last process. pivot_root rather than chroot(8):
# the kernel refuses user namespaces, which bubblewrap and Flatpak need, to a chrooted process.
# Arguments: ROOT CACHE HOME SOURCE_ROOT, paths to bind as they are (read-only ones after a word "ro:"), --, command.
# shellcheck disable=SC2016 # expanded by the inner shell
enter_script='
set -e
root=$1 cache=$2 home=$3 source_root=$4
shift 4
bind ()
{
  if [ -d "$1" ]; then
    mkdir -p "$root$2"
  else
    mkdir -p "$root${2%/*}"
    [ -e "$root$2" ] || : >"$root$2"
  fi
  mount --rbind "$(readlink -f "$1")" "$root$2"
}
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
bind /tmp /tmp
bind "$home" /root
bind "$cache/ccache" /var/cache/ccache
bind "$cache/downloads" /var/cache/confab-dev
for path in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
  [ ! -e "$path" ] || bind "$path" "$path"
done
while [ "$1" != -- ]; do
  bind "${1#ro:}" "${1#ro:}"
  case $1 in ro:*) mount -o remount,bind,ro "$root${1#ro:}" ;; esac
  shift
done
shift
bind "$source_root" "$source_root"
mkdir -p -m 700 "$root/run/user/0" "$root/.old"
cd "$root"
pivot_root . .old
umount -l /.old
cd "$source_root"
exec "$@"
'

enter_root ()
{
  local root home common shared binds=() variables=()
  root=$dev_cache/root-$(packages_hash)
  home=$dev_cache/home/$(checkout_name)
  ensure_root "$root"
  mkdir -p "$home" "$dev_cache/ccache" "$dev_cache/downloads"

  # Held, through every process started inside, for as long as somebody is in the root.
  exec 7>>"$root.lock"
  flock -s 7
  touch "$root.lock"

  # Test vectors that are not part of the tree lie beside it, where there are any.
  shared=$(dirname "$source_root")/shared
  [ ! -d "$shared" ] || binds+=("ro:$shared")
  common=$(git_common_dir) && binds+=("$common")

  mapfile -d '' variables < <(forwarded_environment)
  variables+=(
    HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 SHELL=/bin/bash
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    CCACHE_DIR=/var/cache/ccache CONFAB_DEV_CACHE=/var/cache/confab-dev
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt
  )
  if [ -n "${XAUTHORITY:-}" ] && [ -e "$XAUTHORITY" ]; then
    binds+=("ro:$XAUTHORITY")
    variables+=("XAUTHORITY=$XAUTHORITY")
  fi
  if [ -n "${WAYLAND_DISPLAY:-}" ] && [ -d "${XDG_RUNTIME_DIR:-}" ]; then
    binds+=("$XDG_RUNTIME_DIR")
    variables+=("XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR")
  else
    variables+=(XDG_RUNTIME_DIR=/run/user/0)
  fi

  exec unshare -m --propagation private bash -c "$enter_script" enter-root \
    "$root" "$dev_cache" "$home" "$source_root" "${binds[@]}" -- env -i "${variables[@]}" "$source_root/dev" "$@"
}

# --- a container ----------------------------------------------------------------------------------------------------

container_engine ()
{
  local engine
  for engine in podman docker; do
    if command -v "$engine" >/dev/null && timeout 10 "$engine" info >/dev/null 2>&1; then
      echo "$engine"
      return
    fi
  done
  return 1
}

enter_container ()
{
  local engine image home common variable options=()
  engine=$(container_engine) || die "neither podman nor docker answers"
  image=confab-dev:$(packages_hash)
  home=$dev_cache/home/$(checkout_name)
  mkdir -p "$home" "$dev_cache/ccache" "$dev_cache/downloads" "$dev_cache/logs"
  "$engine" image inspect "$image" >/dev/null 2>&1 \
    || step "making the image $image (a few minutes, once)" "$dev_cache/logs/image.log" \
      "$engine" build -t "$image" -f "$source_root/Containerfile" --build-arg "HASH=$(packages_hash)" "$source_root"

  options=(--rm --init --network host --security-opt label=disable --workdir "$source_root")
  options+=(-v "$source_root:$source_root" -v "$home:/home/dev" -v "$dev_cache/ccache:/var/cache/ccache")
  options+=(-v "$dev_cache/downloads:/var/cache/confab-dev" -v /tmp:/tmp)
  options+=(-e HOME=/home/dev -e CCACHE_DIR=/var/cache/ccache -e LANG=C.UTF-8)
  options+=(-e CONFAB_DEV_CACHE=/var/cache/confab-dev -e XDG_RUNTIME_DIR=/run/confab-dev)
  options+=(--tmpfs /run/confab-dev:mode=1777)
  [ -t 0 ] && [ -t 1 ] && options+=(-it)
  case $engine in
    podman) options+=(--userns keep-id) ;;
    docker) options+=(--user "$(id -u):$(id -g)") ;;
  esac
  common=$(git_common_dir) && options+=(-v "$common:$common")
  local beside
  beside=$(dirname "$source_root")/shared
  [ ! -d "$beside" ] || options+=(-v "$beside:$beside:ro")
  while IFS= read -r -d '' variable; do options+=(-e "$variable"); done < <(forwarded_environment)
  if [ -n "${WAYLAND_DISPLAY:-}" ] && [ -S "${XDG_RUNTIME_DIR:-}/$WAYLAND_DISPLAY" ]; then
    options+=(-v "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY:/run/confab-dev/$WAYLAND_DISPLAY")
  fi
  exec "$engine" run "${options[@]}" "$image" "$source_root/dev" "$@"
}

# --- the choice -----------------------------------------------------------------------------------------------------

explain_what_to_install ()
{
  local lacks=$1
  die "this machine has nothing to build Confab with. One of these will do:
  - a newer system (Debian 13, Ubuntu 25.04, Fedora 41 or later) with the packages of build-aux/packages, on Debian:
    apt-get install \$(sed 's/#.*//' build-aux/packages)
    Missing here: ${lacks%, }
  - podman or docker: ./dev then makes an image from the Containerfile
  - root on Debian or a system of its family: ./dev then makes a Debian 13 root with mmdebstrap in $dev_cache"
}

# Returns when this is the right place; otherwise the command starts again in the right one.
enter_environment ()
{
  local lacks
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
  [ ! -e "$root_marker" ] || return 0
  case ${CONFAB_DEV_ENV:-} in
    host) use_host; return ;;
    root) root_is_possible || die "a Debian root needs root, apt-get and mount namespaces"; enter_root "$@" ;;
    container) enter_container "$@" ;;
    '') ;;
    *) die "CONFAB_DEV_ENV is '$CONFAB_DEV_ENV'; it can be host, root or container" ;;
  esac
  lacks=$(host_lacks)
  if [ -z "$lacks" ]; then
    use_host
  elif root_is_possible; then
    enter_root "$@"
  elif container_engine >/dev/null; then
    enter_container "$@"
  else
    explain_what_to_install "$lacks"
  fi
}
