# The long run, read by .ci/run: everything of the short one, then the archives
# of all systems, each run where it can be, and the tests that take their time.
# shellcheck shell=bash disable=SC2154

# Bases for executables of every system, from the folders beside the checkout.
gather_bases() {
  mkdir -p "$work/bases"
  cp "$denort_folder"/denort-*.gz "${denort_folder}-targets"/denort-*.gz "$work/bases"
}

apt_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  DEBIAN_FRONTEND=noninteractive timeout 600 sh -c \
    'apt-get -qq update && apt-get -qq install -y "$@"' sh "$@" >"$work/apt.log" 2>&1
}

# A small Debian: make_root SUITE FOLDER [PACKAGE…]
make_root() {
  local suite=$1 root=$2 mirror
  shift 2
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | sort -u | grep -m 1 '/debian/$')
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/root.log" 2>&1 || return
  [ $# = 0 ] && return
  chroot "$root" sh -c 'apt-get -qq update &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"' \
    sh "$@" >>"$work/root.log" 2>&1
}

# The image of the Containerfile, on the small Debian in place of the one that
# a registry would give; tests/release/image_test.ts runs it.
make_image() {
  local tool container
  tool=(buildah --root "$work/images" --runroot "$work/images-run" --storage-driver vfs)
  apt_install buildah && mkdir -p "$work/context" || return
  tar -xzf dist/release/retropal-*-linux-x64.tar.gz -C "$work/context" --strip-components 1 &&
    container=$("${tool[@]}" from scratch) &&
    cp -a "$work/root/." "$("${tool[@]}" mount "$container")" &&
    "${tool[@]}" commit -q --rm "$container" docker.io/library/debian:bookworm-slim || return
  step "${tool[@]}" build --isolation chroot --network host --pull=never --format docker \
    -f packaging/container/Containerfile -t retropal "$work/context" || return
  container=$("${tool[@]}" from --pull=never retropal) &&
    RETROPAL_IMAGE=$("${tool[@]}" mount "$container") &&
    "${tool[@]}" inspect --type image retropal >"$work/image.json" &&
    export RETROPAL_IMAGE RETROPAL_IMAGE_CONFIG="$work/image.json"
}

# Where each program can be tried; what cannot be had is said and skipped.
make_machines() {
  if ! apt_install debootstrap unzip zip tini; then
    say "no debootstrap: the archives are not run"
    return
  fi
  if make_root bookworm "$work/root"; then
    export RETROPAL_ROOT="$work/root"
    make_image || say "no buildah: the image is not built"
  else
    say "no Debian root: Linux x64 and the .deb are not run"
  fi
  if apt_install qemu-user-static libc6-arm64-cross libgcc-s1-arm64-cross; then
    export RETROPAL_ARM64=/usr/aarch64-linux-gnu
  else
    say "no qemu: Linux arm64 is not run"
  fi
  if make_root trixie "$work/wine" wine wine64; then
    export RETROPAL_WINE_ROOT="$work/wine"
  else
    say "no Wine 10: Windows is not run"
  fi
  say "macOS: compiled, not run here"
}

run_long() {
  local deno="$work/$RUN_VERSION/node_modules/.bin/deno"
  local compiler="$work/$COMPILE_VERSION/node_modules/.bin/deno"
  if [ ! -d "${denort_folder}-targets" ] || [ ! -x "$compiler" ]; then
    say "no bases for other systems in ${denort_folder}-targets: no archives"
  else
    gather_bases
    step "$compiler" task release --bases "$work/bases"
    step "$deno" task release:deb
    make_machines
    export RETROPAL_RELEASE="$PWD/dist/release"
    tests "$deno" test -A --lock=tests/deno.lock tests/release
    step "$deno" task release:figures
    # The change roots are large, and processes of Wine may linger in one.
    unset RETROPAL_RELEASE
  fi
  # With outages of NATS, and three servers that replicate.
  RETROPAL_LONG=1 tests "$deno" test -A --lock=tests/deno.lock \
    lib/cluster/fence_test.ts tests/e2e/failover_test.ts \
    tests/e2e/without_nats_test.ts
  RETROPAL_TEST_GATEWAYS=2 tests "$deno" test -A --parallel --lock=tests/deno.lock \
    tests/e2e
  # The page on a phone: the same tests in a window of 390 pixels.
  RETROPAL_TEST_PHONE=1 tests "$deno" test -A --no-check --parallel \
    --lock=tests/deno.lock tests/web/chat_*_test.ts
  step "$deno" task fuzz
  step "$deno" task soak --minutes 10
  step "$deno" task attack
  if "$deno" task 2>&1 | grep -q '^- simulate'; then
    step "$deno" task simulate
  fi
}
