<?php
// Installs WordPress in SITE_DIR as wp-admin/install.php does, with people and application passwords. May be run again.
$dir = getenv( 'SITE_DIR' );
$_SERVER['HTTP_HOST'] = '127.0.0.1:' . getenv( 'SITE_PORT' );
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
if ( ! is_file( "$dir/installed" ) ) {
	define( 'WP_INSTALLING', true );
}
require "$dir/site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if ( ! is_blog_installed() ) {
	wp_install( "Ana's garden notes", 'admin', 'admin@example.org', true, '', 'admin-password' );
}
touch( "$dir/installed" );
update_option( 'timezone_string', 'Europe/Berlin' );
update_option( 'permalink_structure', '/%year%/%monthnum%/%postname%/' );
update_option( 'users_can_register', 1 );
// A stranger's first comment is not held for that.
update_option( 'comment_previously_approved', 0 );
foreach ( [ 'editor', 'author', 'subscriber' ] as $role ) {
	if ( ! username_exists( $role ) ) {
		$email = "$role@example.org";
		wp_insert_user( [ 'user_login' => $role, 'user_pass' => "$role-password", 'user_email' => $email, 'role' => $role ] );
	}
}
switch_theme( 'twentytwentyone' );
if ( ! is_file( "$dir/app-passwords.json" ) ) {
	$made = [];
	foreach ( [ 'admin', 'editor', 'author', 'subscriber' ] as $login ) {
		$user = get_user_by( 'login', $login )->ID;
		[ $made[ $login ] ] = WP_Application_Passwords::create_new_application_password( $user, [ 'name' => 'Tests' ] );
	}
	file_put_contents( "$dir/app-passwords.json", wp_json_encode( $made ) );
}
flush_rewrite_rules();
echo 'WordPress ' . get_bloginfo( 'version' ) . "\n";
