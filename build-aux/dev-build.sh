# shellcheck shell=bash
# dev-build.sh: the builds under _build/, each with its options
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by ./dev.

: "${source_root:?}"
build_root=$source_root/_build
jobs=${CONFAB_DEV_JOBS:-$(nproc)}
# The same sources in another folder are the same to ccache, which meson finds by itself.
export CCACHE_BASEDIR=$source_root CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-4G}

# Debian's clang tools carry their version in the name.
clang_tool ()
{
  local candidate
  for candidate in "$1-19" "$1"; do
    if command -v "$candidate" >/dev/null; then
      echo "$candidate"
      return
    fi
  done
  die "$1 is not installed"
}

# Warnings are errors where the compiler is the known one; on a host with whatever compiler only where it is asked for.
werror ()
{
  if [ -e "${root_marker:?}" ] || [ "${CI:-}" = true ]; then echo true; else echo false; fi
}

build_options ()
{
  # shellcheck disable=SC2054 # the comma belongs to the option
  local sanitize=(-Dbuildtype=debug -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false -Dapp=disabled)
  case $1 in
    dev) printf '%s\n' -Dbuildtype=debugoptimized -Dapp=enabled -Dserver=enabled -Dtests=enabled -Dwerror="$(werror)" ;;
    asan) printf '%s\n' "${sanitize[@]}" -Dwerror="$(werror)" ;;
    release) printf '%s\n' -Dbuildtype=release -Dbench=true ;;
    fuzz) printf '%s\n' "${sanitize[@]}" -Dfuzz=true ;;
    *) die "there is no build '$1': dev, asan, release, fuzz" ;;
  esac
}

build_compiler ()
{
  if [ "$1" = fuzz ]; then
    echo "$(command -v ccache || true) $(clang_tool clang)" | sed 's/^ //'
  else
    echo "${CC:-}"
  fi
}

# The options that a build folder was made with are noted in it, so that nothing is set up twice without need.
configure ()
{
  local kind=$1 folder=$build_root/$1 options wanted compiler
  wanted=$(build_options "$kind") || exit 1
  mapfile -t options <<<"$wanted"
  compiler=$(build_compiler "$kind")
  if [ "$(cat "$folder/.dev-options" 2>/dev/null)" = "$compiler $wanted" ]; then
    # Follows a change of a meson.build; nothing to do otherwise.
    ninja -C "$folder" build.ninja >"$build_root/logs/setup-$kind.log" 2>&1 && return
  fi
  rm -rf "$folder"
  step "setting up _build/$kind" "$build_root/logs/setup-$kind.log" \
    env ${compiler:+CC="$compiler"} meson setup "${options[@]}" "$folder" "$source_root"
  printf '%s\n' "$compiler $wanted" >"$folder/.dev-options"
}

# build KIND [TARGET…]
build ()
{
  local kind=$1
  shift
  configure "$kind"
  if ninja -C "$build_root/$kind" -n "$@" 2>/dev/null | grep -q 'no work to do'; then return; fi
  step "building _build/$kind" "$build_root/logs/build-$kind.log" ninja -C "$build_root/$kind" -j "$jobs" "$@"
}

command_build ()
{
  build "${1:-dev}"
}
