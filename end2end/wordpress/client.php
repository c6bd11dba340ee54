<?php
/**
 * Plugin Name: Client of Gavel, for tests
 * Description: Behaves towards its API as the vendor's plugin 1.5.0 does. What is answered "not spam" is published,
 * what gets no answer is held, and what a person decides is sent as feedback some time later.
 */

// Nobody here gets letters.
add_filter( 'pre_wp_mail', '__return_true' );
if ( defined( 'GAVEL_URL' ) ) {
	return; // contrib/wordpress/gavel.php is the client.
}

/** The owner's settings, which the REST API of WordPress can read and write. */
function gavel_register(): void {
	foreach ( [ 'gavel_url', 'gavel_key' ] as $name ) {
		register_setting( 'general', $name, [ 'type' => 'string', 'show_in_rest' => true, 'default' => '' ] );
	}
	// Seconds between a person's decision and the feedback.
	$delay = [ 'type' => 'integer', 'show_in_rest' => true, 'default' => 30 ];
	register_setting( 'general', 'gavel_feedback_delay', $delay );
	// What was sent and answered; an object as JSON.
	register_meta( 'comment', 'gavel', [ 'type' => 'string', 'single' => true, 'show_in_rest' => true ] );
}
add_action( 'init', 'gavel_register' );

/** Asks Gavel; gives the status (0: no answer) and the body of the answer. */
function gavel_post( string $endpoint, array $body ): array {
	$answer = wp_remote_post( trailingslashit( get_option( 'gavel_url' ) ) . $endpoint, [
		'timeout'    => 10,
		'user-agent' => 'WordPress-ActiveLayer/1.5.0',
		'headers'    => [
			'X-API-Key'    => get_option( 'gavel_key' ),
			'Accept'       => 'application/json, */*;q=0.1',
			'Content-Type' => 'application/json',
		],
		'body'       => wp_json_encode( $body ),
	] );
	$status = (int) wp_remote_retrieve_response_code( $answer );
	return [ $status, json_decode( wp_remote_retrieve_body( $answer ), true ) ];
}

/** Has a submission checked: true and false are the verdict, null stands for none. */
function gavel_check( array $submission ): ?bool {
	$sent = $submission + [
		'ip'         => $_SERVER['REMOTE_ADDR'],
		'user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? '',
		// The site's own time taken as UTC: off by the zone's hours, as the vendor's plugin has it.
		'timestamp'  => current_time( 'timestamp' ),
	];
	$sent['context'] += [
		'site_url'            => home_url(),
		'environment_signals' => [ 'webdriver' => false, 'languages' => 'en-GB,en', 'screen_width' => 1440 ],
		'behavioral_signals'  => [ 'time_on_page' => 48.5, 'key_presses' => 131, 'pasted' => false ],
		'honeypot_signals'    => [ 'honeypot_filled' => false ],
		'signal_integrity'    => 'complete',
		'signals_stripped'    => false,
		'webdriver'           => false,
	];
	[ $status, $answer ] = gavel_post( 'check-comment', $sent );
	$detection           = $answer['detection_id'] ?? null;
	gavel_last( [ 'status' => $status, 'detection_id' => $detection, 'sent' => $sent ] );
	return 200 === $status && is_bool( $answer['is_spam'] ?? null ) ? $answer['is_spam'] : null;
}

/** Keeps what was sent and answered last in this request, or gives it. */
function gavel_last( ?array $check = null ): ?array {
	static $last = null;
	$last = $check ?? $last;
	return $last;
}

/** Decides about a comment before WordPress keeps it. */
function gavel_comment( $approved, array $comment ) {
	if ( is_wp_error( $approved ) || 'spam' === $approved || 'trash' === $approved ) {
		return $approved;
	}
	$post    = get_post( $comment['comment_post_ID'] );
	$is_spam = gavel_check( [
		'email'       => $comment['comment_author_email'],
		'name'        => $comment['comment_author'],
		'message'     => $comment['comment_content'],
		'website_url' => $comment['comment_author_url'],
		'data_type'   => 'comment',
		'context'     => [
			'post_id'      => $post->ID,
			'post_title'   => $post->post_title,
			'post_url'     => get_permalink( $post ),
			'post_type'    => $post->post_type,
			'comment_type' => $comment['comment_type'],
		],
	] );
	// 0 holds it for a person.
	return null === $is_spam ? 0 : ( $is_spam ? 'spam' : 1 );
}
add_filter( 'pre_comment_approved', 'gavel_comment', 10, 2 );

add_action( 'comment_post', function ( int $id ): void {
	if ( gavel_last() ) {
		add_comment_meta( $id, 'gavel', wp_slash( wp_json_encode( gavel_last() ) ), true );
	}
} );

/** A sign-up has no message; one without a verdict passes. */
function gavel_sign_up( WP_Error $errors, string $login, string $email ): WP_Error {
	$context = [ 'form_id' => 'wp-register', 'form_name' => 'Registration' ];
	$sign_up = [
		'email'       => $email,
		'name'        => $login,
		'message'     => '',
		'website_url' => '',
		'data_type'   => 'user_registration',
		'context'     => $context,
	];
	if ( ! $errors->has_errors() && gavel_check( $sign_up ) ) {
		$errors->add( 'spam', 'This looks like spam.' );
	}
	return $errors;
}
add_filter( 'registration_errors', 'gavel_sign_up', 10, 3 );

/** Plans the feedback of what a person decided; a later decision replaces what has not been sent. */
function gavel_decided( string $status, string $before, WP_Comment $comment ): void {
	if ( 'approved' !== $status && 'spam' !== $status ) {
		return;
	}
	$about = [ (int) $comment->comment_ID ];
	wp_clear_scheduled_hook( 'gavel_feedback', $about );
	wp_schedule_single_event( time() + (int) get_option( 'gavel_feedback_delay' ), 'gavel_feedback', $about );
}
add_action( 'transition_comment_status', 'gavel_decided', 10, 3 );

/** Sends it, once: what fails is never sent again. */
add_action( 'gavel_feedback', function ( int $id ): void {
	$check = json_decode( get_comment_meta( $id, 'gavel', true ), true );
	if ( isset( $check['detection_id'] ) ) {
		$is_spam = 'spam' === wp_get_comment_status( $id );
		gavel_post( 'feedback', [ 'detection_id' => $check['detection_id'], 'is_spam' => $is_spam ] );
	}
} );
