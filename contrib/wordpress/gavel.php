<?php
/**
 * Plugin Name:       Gavel
 * Description:       Has Gavel judge comments. What gets no answer is held; what moderators decide in Gavel or here reaches the other side.
 * Version:           1.0
 * Requires at least: 5.7
 * Requires PHP:      7.4
 * License:           MIT OR Apache-2.0
 *
 * One file for wp-content/plugins (or mu-plugins). Its settings are constants in wp-config.php:
 *
 *   define( 'GAVEL_URL', 'https://gavel.example.com/api/v1' );
 *   define( 'GAVEL_KEY', 'gvl_…' );               // gavel token create --name blog --site blog.example.com
 *   define( 'GAVEL_CALLBACK_SECRET', 'gvlcb_…' ); // gavel callback set --site blog.example.com
 *                                                 //   --url https://blog.example.com/wp-json/gavel/v1/decisions
 *
 * @package Gavel
 */

namespace Gavel;

defined( 'ABSPATH' ) || exit;

/** Longest wait for an answer, in seconds: Gavel answers within 5. */
const PATIENCE = 8;

/** How far the time of a signature may be off, in seconds: an older request could be somebody's copy. */
const FRESH = 300;

/** How often feedback is tried, with waits of 1, 2, 4 … minutes. */
const ATTEMPTS = 10;

/** Comment meta: the id of the verdict, what WordPress would have done, the newest decision that is known, and what is still to be told. */
const DETECTION = '_gavel_detection';
const WISH      = '_gavel_wish';
const VERSION   = '_gavel_version';
const TO_TELL   = '_gavel_to_tell';

if ( defined( 'GAVEL_URL' ) && defined( 'GAVEL_KEY' ) ) {
	add_filter( 'pre_comment_approved', __NAMESPACE__ . '\hold', 99, 2 );
	add_action( 'wp_insert_comment', __NAMESPACE__ . '\check', 10, 2 );
	add_action( 'transition_comment_status', __NAMESPACE__ . '\decided_here', 10, 3 );
	add_action( 'gavel_plugin_feedback', __NAMESPACE__ . '\tell', 10, 2 );
	add_action( 'rest_api_init', __NAMESPACE__ . '\register_route' );
}

/** What is known while this request lasts. */
final class Now {
	/**
	 * What WordPress would do with the comment that is about to be kept: '1' publish, '0' hold; null for a comment that is not judged.
	 *
	 * @var string|null
	 */
	public static $wish = null;

	/**
	 * Whether it is Gavel that changes a comment, and no person.
	 *
	 * @var bool
	 */
	public static $is_gavel = false;
}

/** Asks Gavel; gives the body of the answer, or null when none came. */
function ask( string $endpoint, array $body, array $headers = array() ): ?array {
	$answer = wp_remote_post(
		trailingslashit( GAVEL_URL ) . $endpoint,
		array(
			'timeout' => PATIENCE,
			'headers' => $headers + array(
				'X-API-Key'    => GAVEL_KEY,
				'Accept'       => 'application/json',
				'Content-Type' => 'application/json',
			),
			'body'    => wp_json_encode( $body, JSON_INVALID_UTF8_SUBSTITUTE ),
		)
	);
	if ( 200 !== wp_remote_retrieve_response_code( $answer ) ) {
		return null;
	}
	$body = json_decode( wp_remote_retrieve_body( $answer ), true );
	return is_array( $body ) ? $body : null;
}

/**
 * Holds every new comment until there is a verdict, also if this request ends before. What WordPress refuses anyway, and what
 * a moderator writes, is left alone.
 *
 * @param int|string|\WP_Error $approved What WordPress would do.
 * @param array                $comment  The comment, which has no id yet.
 */
function hold( $approved, array $comment ) {
	if ( is_wp_error( $approved ) || ! in_array( (string) $approved, array( '0', '1' ), true ) ) {
		return $approved;
	}
	if ( ! empty( $comment['user_id'] ) && user_can( (int) $comment['user_id'], 'moderate_comments' ) ) {
		return $approved;
	}
	Now::$wish = (string) $approved;
	return 0;
}

/** Has a comment judged that is held now. Without an answer it stays so, for a person. */
function check( int $id, \WP_Comment $comment ): void {
	$wish      = Now::$wish;
	Now::$wish = null;
	if ( null === $wish ) {
		return;
	}
	$post   = get_post( (int) $comment->comment_post_ID );
	$answer = ask(
		'check-comment',
		array(
			'message'     => $comment->comment_content,
			'name'        => $comment->comment_author,
			'email'       => $comment->comment_author_email,
			'website_url' => $comment->comment_author_url,
			'ip'          => $comment->comment_author_IP,
			'user_agent'  => $comment->comment_agent,
			'timestamp'   => gmdate( 'c', strtotime( $comment->comment_date_gmt . ' UTC' ) ),
			'data_type'   => 'comment',
			'context'     => array(
				'site_url'     => home_url(),
				'post_id'      => $post ? $post->ID : null,
				'post_title'   => $post ? $post->post_title : null,
				'post_url'     => $post ? get_permalink( $post ) : null,
				'comment_type' => $comment->comment_type,
			),
		),
		array( 'Gavel-External-Id' => "comment-$id" )
	);
	if ( ! isset( $answer['detection_id'], $answer['is_spam'] ) || ! is_bool( $answer['is_spam'] ) ) {
		return;
	}
	add_comment_meta( $id, DETECTION, wp_slash( (string) $answer['detection_id'] ), true );
	add_comment_meta( $id, WISH, $wish, true );
	if ( $answer['is_spam'] ) {
		set_status( $id, 'spam' );
	} elseif ( '1' === $wish ) {
		set_status( $id, 'approve' );
	}
}

/** Sets a comment's status and nothing else: its IP and agent stay. Gavel is not told of what it said itself. */
function set_status( int $id, string $status ): bool {
	Now::$is_gavel = true;
	$is_set        = 'spam' === $status ? wp_spam_comment( $id ) : wp_set_comment_status( $id, $status );
	Now::$is_gavel = false;
	return true === $is_set;
}

/** A person decided here: Gavel is told. */
function decided_here( string $status, string $before, \WP_Comment $comment ): void {
	$id      = (int) $comment->comment_ID;
	$is_spam = 'spam' === $status;
	$is_ham  = 'approved' === $status || ( 'unapproved' === $status && 'spam' === $before );
	if ( Now::$is_gavel || ! ( $is_spam || $is_ham ) || '' === get_comment_meta( $id, DETECTION, true ) ) {
		return;
	}
	update_comment_meta( $id, TO_TELL, $is_spam ? 'spam' : 'ham' );
	wp_schedule_single_event( time(), 'gavel_plugin_feedback', array( $id, 1 ) );
}

/** Tells Gavel the last word about a comment; what fails is tried again. */
function tell( int $id, int $attempt ): void {
	$word = get_comment_meta( $id, TO_TELL, true );
	if ( 'spam' !== $word && 'ham' !== $word ) {
		return;
	}
	$about = array(
		'detection_id' => get_comment_meta( $id, DETECTION, true ),
		'is_spam'      => 'spam' === $word,
	);
	if ( null !== ask( 'feedback', $about ) ) {
		// Not what was decided meanwhile.
		delete_comment_meta( $id, TO_TELL, $word );
	} elseif ( $attempt < ATTEMPTS ) {
		wp_schedule_single_event( time() + MINUTE_IN_SECONDS * 2 ** ( $attempt - 1 ), 'gavel_plugin_feedback', array( $id, $attempt + 1 ) );
	}
}

/** Where Gavel calls: /wp-json/gavel/v1/decisions. */
function register_route(): void {
	register_rest_route(
		'gavel/v1',
		'/decisions',
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\decided_in_gavel',
			'permission_callback' => __NAMESPACE__ . '\is_signed',
		)
	);
}

/** Whether a request is Gavel's, and not an old one that somebody sends again. */
function is_signed( \WP_REST_Request $request ): bool {
	if ( ! defined( 'GAVEL_CALLBACK_SECRET' ) || '' === GAVEL_CALLBACK_SECRET ) {
		return false;
	}
	if ( ! preg_match( '/^t=(\d+),v1=([0-9a-f]{64})$/D', (string) $request->get_header( 'gavel-signature' ), $parts ) ) {
		return false;
	}
	$expected = hash_hmac( 'sha256', $parts[1] . '.' . $request->get_body(), GAVEL_CALLBACK_SECRET );
	return hash_equals( $expected, $parts[2] ) && abs( time() - (int) $parts[1] ) <= FRESH;
}

/** Does what was decided in Gavel. What is about no comment here, or older than what is known, is taken and changes nothing. */
function decided_in_gavel( \WP_REST_Request $request ): \WP_REST_Response {
	$decision = json_decode( $request->get_body(), true );
	$is_ours  = is_array( $decision ) && preg_match( '/^comment-(\d+)$/D', (string) ( $decision['external_id'] ?? '' ), $found );
	$id       = $is_ours ? (int) $found[1] : 0;
	$status   = $id ? wp_get_comment_status( $id ) : false;
	if ( ! in_array( $status, array( 'approved', 'unapproved', 'spam' ), true )
		|| get_comment_meta( $id, DETECTION, true ) !== $decision['detection_id']
		|| (int) $decision['version'] <= (int) get_comment_meta( $id, VERSION, true ) ) {
		return new \WP_REST_Response( array( 'changed' => false ) );
	}
	// A person's word publishes; a verdict leaves to the site's people what they want to see first (Settings, Discussion).
	$publishes = 'person' === $decision['decided_by'] || '1' === get_comment_meta( $id, WISH, true );
	$wanted    = $decision['is_spam'] ? 'spam' : ( $publishes ? 'approved' : 'unapproved' );
	$names     = array(
		'approved'   => 'approve',
		'unapproved' => 'hold',
		'spam'       => 'spam',
	);
	if ( $wanted !== $status && ! set_status( $id, $names[ $wanted ] ) ) {
		return new \WP_REST_Response( array( 'error' => 'The comment could not be changed.' ), 500 );
	}
	update_comment_meta( $id, VERSION, (int) $decision['version'] );
	delete_comment_meta( $id, TO_TELL );
	return new \WP_REST_Response( array( 'changed' => $wanted !== $status ) );
}
