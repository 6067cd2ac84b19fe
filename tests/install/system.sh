#!/bin/sh
# Installs what the tests need beside Python: a browser with Chinese fonts, three database servers, Redis, nginx, Node.js.
# Debian and Ubuntu only, and only as root or with sudo that asks nothing; elsewhere it names what is missing.
# With CI=true what is missing is an error, otherwise the tests that need it are skipped and say so.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
PATH="$PATH:/usr/sbin:/usr/local/sbin"

have() { command -v "$1" >/dev/null 2>&1; }

missing() {
    have chromium || have chromium-browser || have google-chrome || echo chromium
    have fc-list || echo fontconfig
    [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] || echo fonts-noto-cjk
    have postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || echo postgresql
    have mariadbd || echo mariadb-server
    have redis-server || have valkey-server || echo redis-server
    have nginx || echo nginx
    node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' >/dev/null 2>&1 || echo nodejs
}

wanted=$(missing | tr '\n' ' ')
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif have sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    as_root=none
fi

if have apt-get && [ "$as_root" != none ]; then
    echo "Installing for the tests: $wanted"
    # The tests start their own private servers: the packages' services stay off.
    policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
        $as_root chmod 755 "$policy"
        trap '$as_root rm -f "$policy"' EXIT
    fi
    fetch() {
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
            install --no-install-recommends "$@" >/dev/null
    }
    # The index once; a mirror that fails for a moment is asked again by apt itself. One package that is not to be had
    # keeps apt from installing the others, so then each is asked for alone. Whatever apt says, what is there decides.
    $as_root apt-get -q -o Acquire::Retries=3 update >/dev/null || true
    # shellcheck disable=SC2086
    if ! fetch $wanted; then
        for package in $wanted; do
            fetch "$package" || true
        done
    fi
    wanted=$(missing | tr '\n' ' ')
    [ -n "$wanted" ] || exit 0
fi

echo "The tests need what this machine does not have: $wanted" >&2
echo "Install it (on Debian and Ubuntu, as root: apt-get install $wanted); until then the tests that need it are skipped." >&2
[ "${CI:-}" != true ]
