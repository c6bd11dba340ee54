#!/usr/bin/env bash
# A real WordPress for tests: MariaDB on a socket, and WordPress behind PHP's own server.
#   site.sh up DIR [PORT]   builds what is missing under DIR, starts it, prints the address (default port 4300)
#   site.sh down DIR        stops it
#   site.sh missing         prints what this machine lacks for it; nothing when it lacks nothing
# xtask/setup/wordpress.sh sets up what it needs. People are admin, editor, author and subscriber, each with the
# password NAME-password; their application passwords are in DIR/app-passwords.json.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
WORDPRESS=$(realpath -m "${CARGO_TARGET_DIR:-$HERE/../../target}/wordpress/usr/share/wordpress")
export PATH="$PATH:/usr/sbin"

command=${1:?up, down or missing}
if [ "$command" = missing ]; then
  for program in mariadbd mariadb-install-db mariadb php curl setsid; do
    command -v "$program" >/dev/null || echo "the program $program"
  done
  [ -e "$WORDPRESS/wp-load.php" ] || echo "WordPress in $WORDPRESS"
  for extension in mysqli curl mbstring xml; do
    command -v php >/dev/null || break
    php -r "exit((int) !extension_loaded('$extension'));" || echo "PHP's extension $extension"
  done
  exit 0
fi
DIR=$(realpath -m "${2:?a folder}")
PORT=${3:-4300}

# Whether the process of that name runs.
runs() { [ -s "$DIR/$1.pid" ] && kill -0 "$(cat "$DIR/$1.pid")" 2>/dev/null; }

# Starts a program as a group of its own, so that its workers end with it.
begin() {
  local name=$1
  shift
  setsid "$@" >>"$DIR/$name.log" 2>&1 </dev/null &
  echo $! >"$DIR/$name.pid"
}

# Waits until a command succeeds, 30 s at most.
await() {
  local what=$1
  shift
  for _ in $(seq 300); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  echo "site: $what does not answer; see $DIR" >&2
  exit 1
}

sql() { mariadb --no-defaults -S "$DIR/db.sock" -u root "$@"; }

# Ends what `begin` began.
end() {
  runs "$1" || return 0
  pid=$(cat "$DIR/$1.pid")
  kill -TERM -- "-$pid" 2>/dev/null || true
  for _ in $(seq 100); do
    runs "$1" || break
    sleep 0.1
  done
  rm -f "$DIR/$1.pid"
}

if [ "$command" = down ]; then
  end web
  end db
  exit 0
fi

mkdir -p "$DIR"
# Nothing here outlives the machine: no write is waited for.
DATABASE=(--no-defaults "--user=$(id -un)" "--datadir=$DIR/db" --innodb-flush-method=nosync
  --innodb-log-file-size=8M --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0)
if [ ! -d "$DIR/db/mysql" ]; then
  mariadb-install-db "${DATABASE[@]}" --auth-root-authentication-method=normal --skip-test-db >"$DIR/db.log" 2>&1
fi
runs db || begin db mariadbd "${DATABASE[@]}" "--socket=$DIR/db.sock" --skip-networking
await MariaDB sql -e "SELECT 1"
sql -e "CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4;
  CREATE USER IF NOT EXISTS wp@localhost IDENTIFIED BY 'wp'; GRANT ALL ON wordpress.* TO wp@localhost;"

if [ ! -e "$DIR/site/wp-load.php" ]; then
  # Links are followed; those to scripts of packages that are not here lead nowhere, and nothing here needs them.
  cp -rL "$WORDPRESS" "$DIR/site" 2>/dev/null || true
  mkdir -p "$DIR/site/wp-content/"{mu-plugins,uploads}
fi
# Always on, like every plugin in that folder.
cp "$HERE/client.php" "$DIR/site/wp-content/mu-plugins/"
cat >"$DIR/site/wp-config.php" <<PHP
<?php
// The visitor's address is the first of X-Forwarded-For, so that one test can post as many visitors.
if ( ! empty( \$_SERVER['HTTP_X_FORWARDED_FOR'] ) ) {
	\$_SERVER['REMOTE_ADDR'] = trim( explode( ',', \$_SERVER['HTTP_X_FORWARDED_FOR'] )[0] );
}
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'wp' );
define( 'DB_PASSWORD', 'wp' );
define( 'DB_HOST', 'localhost:$DIR/db.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'WP_HOME', 'http://127.0.0.1:$PORT' );
define( 'WP_SITEURL', 'http://127.0.0.1:$PORT' );
define( 'WP_ENVIRONMENT_TYPE', 'local' ); // application passwords over plain http
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '$DIR/wordpress.log' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'DISABLE_WP_CRON', true ); // tests call wp-cron.php themselves
foreach ( [ 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ] as \$name ) {
	define( \$name . '_KEY', hash( 'sha256', "test site \$name key" ) );
	define( \$name . '_SALT', hash( 'sha256', "test site \$name salt" ) );
}
\$table_prefix = 'wp_';
// A test's own settings.
if ( is_file( '$DIR/settings.php' ) ) { require '$DIR/settings.php'; }
if ( ! defined( 'ABSPATH' ) ) { define( 'ABSPATH', __DIR__ . '/' ); }
require_once ABSPATH . 'wp-settings.php';
PHP
SITE_DIR="$DIR" SITE_PORT="$PORT" php -d sendmail_path=/bin/true "$HERE/install.php" >&2
export PHP_CLI_SERVER_WORKERS=4
runs web || begin web php -d memory_limit=256M -d opcache.enable_cli=1 -d sendmail_path=/bin/true \
  -S "127.0.0.1:$PORT" -t "$DIR/site"
await WordPress curl -s -f -o /dev/null "http://127.0.0.1:$PORT/wp-login.php"
echo "http://127.0.0.1:$PORT"
