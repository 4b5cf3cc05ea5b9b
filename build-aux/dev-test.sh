# shellcheck shell=bash
# dev-test.sh: runs the suites, each where it belongs, and counts
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by ./dev. Every run of meson leaves a JSON log; build-aux/test-summary.py makes the counts of them.

: "${source_root:?}" "${build_root:?}" "${jobs:?}"

all_suites=(lint unit contract integration torture ui asan fuzz)
# What runs a second time with AddressSanitizer and UndefinedBehaviorSanitizer.
sanitized_suites=(unit contract integration)

# A window needs a display, a session bus and a place for sockets; pictures must not depend on the machine.
in_window ()
{
  local runtime status=0
  runtime=$(mktemp -d "${TMPDIR:-/tmp}/confab-ui.XXXXXX")
  # -noreset: without it the X server starts over when the last window closes, and the next test finds no display.
  env -u WAYLAND_DISPLAY -u DBUS_SESSION_BUS_ADDRESS \
    GSK_RENDERER=cairo GDK_DISABLE=gl,vulkan GDK_BACKEND=x11 GSETTINGS_BACKEND=memory XDG_RUNTIME_DIR="$runtime" \
    xvfb-run -a -s '-screen 0 1280x1024x24 -noreset' dbus-run-session -- "$@" || status=$?
  rm -rf "$runtime"
  return "$status"
}

suite_is_empty ()
{
  local kind=$1 suite=$2
  ! meson introspect --tests "$build_root/$kind" | grep -q "\"suite\": \[[^]]*\"[^\"]*\b$suite\""
}

# run_suite LABEL KIND SUITE [NAME]: one run of meson; what came of it is read from its log afterwards.
run_suite ()
{
  local label=$1 kind=$2 suite=$3 name=${4:-} start=$SECONDS log=$build_root/$2/meson-logs options runner=() run
  label=${label// /-}
  # Each run has a log of its own: several tests of one suite may be named.
  run=$label${name:+-${name//\//-}}
  if suite_is_empty "$kind" "$suite"; then
    printf '%-22s no tests yet\n' "${label//-/ }"
    return
  fi
  options=(-C "$build_root/$kind" --no-rebuild --logbase "$run" --suite "$suite" --num-processes "$jobs")
  case $label in
    ui | screenshots) options+=(--num-processes 1); runner=(in_window) ;;
    asan*) options+=(--timeout-multiplier 3) ;;
  esac
  [ -z "$name" ] || options+=("$name")
  rm -f "$log/$run.json"
  # The status is not asked: the log tells, also about tests that never came to an end.
  "${runner[@]}" meson test "${options[@]}" >"$log/$run.out" 2>&1 </dev/null || true
  # With the sanitizers a name is looked for in several suites, and stands in one.
  if [[ $label = asan* && -n $name ]] && grep -q 'does not match any test' "$log/$run.out"; then return; fi
  [ -e "$log/$run.json" ] || { cat "$log/$run.out" >&2; die "meson could not run suite $suite"; }
  test_logs+=("${label//-/ }=$log/$run.json")
  printf '%-22s ' "${label//-/ }"
  python3 "$source_root/build-aux/test-summary.py" --line "$log/$run.json"
  printf ' (%d s)\n' $((SECONDS - start))
}

is_suite ()
{
  case " ${all_suites[*]} " in *" $1 "*) return 0 ;; esac
  die "there is no suite '$1'; there are: ${all_suites[*]}"
}

# Everything is built before anything runs: a compiler beside a test of timing helps neither.
build_for_suites ()
{
  local wanted=" $* " suite
  case $wanted in
    *" unit "* | *" contract "* | *" integration "* | *" torture "* | *" ui "*) build dev ;;
    *) configure dev ;;
  esac
  case $wanted in *" asan "*) build asan ;; esac
  case $wanted in *" contract "* | *" integration "* | *" torture "* | *" asan "*) ensure_mongodb ;; esac
  case $wanted in
    *" fuzz "*)
      configure fuzz
      if ! suite_is_empty fuzz fuzz; then build fuzz; fi
      ;;
  esac
}

command_test ()
{
  local requests=("$@") request suite names=()
  [ $# -gt 0 ] || requests=("${all_suites[@]}")
  for request in "${requests[@]}"; do
    is_suite "${request%%/*}"
    names+=("${request%%/*}")
  done
  build_for_suites "${names[@]}"

  test_logs=()
  for request in "${requests[@]}"; do
    suite=${request%%/*}
    local name=${request#"$suite"}
    name=${name#/}
    case $suite in
      asan) for suite in "${sanitized_suites[@]}"; do run_suite "asan $suite" asan "$suite" "$name"; done ;;
      fuzz) run_suite fuzz fuzz fuzz "$name" ;;
      *) run_suite "$suite" dev "$suite" "$name" ;;
    esac
  done
  [ "${#test_logs[@]}" -gt 0 ] || say "nothing to run"
  say
  python3 "$source_root/build-aux/test-summary.py" "${test_logs[@]}"
}

command_lint ()
{
  command_test lint
}

command_screenshots ()
{
  local folder=${1:-$build_root/screenshots}
  build dev
  ! suite_is_empty dev screenshots || die "no test takes screenshots yet (meson suite 'screenshots')"
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  test_logs=()
  CONFAB_SCREENSHOTS=$folder run_suite screenshots dev screenshots
  python3 "$source_root/build-aux/test-summary.py" "${test_logs[@]}" || exit 1
  say "the pictures are in $folder"
}

command_bench ()
{
  build release
  if [ "${1:-}" = peers ]; then
    shift
    exec python3 "$source_root/tests/bench/peers/run" "$build_root/release" "$@"
  fi
  [ "$(meson introspect --benchmarks "$build_root/release")" != '[]' ] ||
    die "there are no benchmarks yet (tests/bench)"
  exec meson test --benchmark --no-rebuild --verbose -C "$build_root/release" "$@"
}

command_torture ()
{
  build release
  CONFAB_SERVER=$build_root/release/server/confab-server \
    PYTHONPATH=$source_root/tests/integration:$source_root/tests/services \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    exec python3 "$source_root/tests/torture/torture.py" "$@"
}

# A target is a meson test of suite fuzz: the executable with the folders of its corpus. The last option wins in
# libFuzzer, so a longer run is the same command with another limit.
command_fuzz ()
{
  local target=${1:-} seconds=${2:-60} line command found=
  configure fuzz
  ! suite_is_empty fuzz fuzz || die "there are no fuzz targets yet (tests/fuzz)"
  build fuzz
  while IFS= read -r line; do
    [ -z "$target" ] || [ "${line%%$'\t'*}" = "$target" ] || continue
    found=yes
    IFS=$'\t' read -r -a command <<<"${line#*$'\t'}"
    say "fuzzing ${line%%$'\t'*} for $seconds s"
    (cd "$build_root/fuzz" && "${command[@]}" -max_total_time="$seconds" -runs=-1 -print_final_stats=1)
  done < <(meson introspect --tests "$build_root/fuzz" | python3 -c '
import json, sys
for test in json.load(sys.stdin):
    if any(suite.split(":")[-1] == "fuzz" for suite in test["suite"]):
        print("\t".join([test["name"]] + test["cmd"]))')
  [ -n "$found" ] || die "there is no fuzz target '$target'"
}
