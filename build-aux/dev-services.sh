# shellcheck shell=bash
# dev-services.sh: a database for the tests of several instances, where the package sources have no MongoDB
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Two servers of its protocol on its own storage engine: secantusd-py, a wheel that is there in seconds and slow, and
# secantusd-rs, which takes minutes to build and is fast. tests/services/services.py chooses what runs.
# Sourced by ./dev.

: "${source_root:?}" "${dev_cache:?}" "${root_marker:?}"
secantusd_py_version=0.7.0b3
secantusd_rs_version=0.5.3-beta.193

runs () { "$1" "$2" >/dev/null 2>&1; }

install_secantusd_py ()
{
  rm -rf "$1"
  # A virtual environment knows its own path, so it is made in place; it counts when its program runs.
  python3 -m venv "$1" && "$1/bin/pip" install --disable-pip-version-check "secantusdb==$secantusd_py_version"
}

# Where the tests run. Without a network they skip what needs it, in words.
ensure_mongodb ()
{
  local place=$CONFAB_DEV_CACHE
  [ -z "${CONFAB_TEST_MONGODB:-}" ] && ! command -v mongod >/dev/null || return 0
  ! runs "$place/secantus/bin/secantusd-rs" --version || return 0
  (
    flock 6
    ! runs "$place/secantusd-py/bin/secantusd-py" --help || exit 0
    step "installing a server of MongoDB's protocol for the tests" "$place/secantusd-py.log" \
      install_secantusd_py "$place/secantusd-py"
  ) 6>"$place/secantusd-py.lock" || say "going on without: tests that need it are skipped"
}

# On the host, before the root is entered: the root has no Rust.
build_fast_mongodb ()
{
  local place=$dev_cache/downloads/secantus
  [ ! -e "$root_marker" ] && [ -z "${CONFAB_TEST_MONGODB:-}" ] || return 0
  [ ! -x "$place/bin/secantusd-rs" ] && command -v cargo >/dev/null || return 0
  (step "building a fast server of MongoDB's protocol (some minutes, once)" "$dev_cache/logs/secantusd-rs.log" \
    cargo install secantus-mdb --version "$secantusd_rs_version" --ignore-rust-version --root "$place") ||
    say "going on with a slow one"
}
