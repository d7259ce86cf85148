# shellcheck shell=bash
# What the scripts of this directory share, all of which work from the project's top: source it, do not run it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Each process would compile all of Home Assistant anew.
unset PYTHONDONTWRITEBYTECODE

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/weighbridge

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Wait for the lock FILE and hold it until this process ends; macOS has perl, but no flock.
hold_lock() {
  mkdir -p "$(dirname "$1")"
  exec 9>"$1"
  if command -v flock >/dev/null; then
    flock 9
  else
    perl -e 'open my $lock, ">&=9" or die $!; flock $lock, 2 or die $!'
  fi
}

# Set UV to the uv of this machine, or to one of our own in the cache.
find_uv() {
  if UV=$(command -v uv) && "$UV" --version >/dev/null 2>&1; then
    return
  fi
  UV=$CACHE/uv/bin/uv
  if ! "$UV" --version >/dev/null 2>&1; then
    say "no uv here, taking one from the package registry"
    command -v python3 >/dev/null || die "needs uv or any python3: install one of them and try again"
    rm -rf "$CACHE/uv"
    { python3 -m venv "$CACHE/uv" >/dev/null 2>&1 && "$CACHE/uv/bin/python" -m pip install -qq uv; } ||
      python3 -m pip install -qq --target "$CACHE/uv" uv ||
      die "cannot install uv: install it yourself and try again"
  fi
  local index
  index=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}
  [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
}
