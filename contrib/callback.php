<?php
/**
 * An app that hears of moderators' decisions: POST /gavel is the callback, GET /comments/<id> says what the app made of it.
 *
 *   GAVEL_CALLBACK_SECRET=gvlcb_… COMMENTS=/var/lib/shop/comments php -S 127.0.0.1:8080 callback.php
 */
declare(strict_types=1);

const FRESH_SECONDS = 300;

/** Whether a request is Gavel's, and not an old one that somebody sends again. */
function is_signed(string $secret, string $header, string $body): bool
{
    if (!preg_match('/^t=(\d+),v1=([0-9a-f]{64})$/D', $header, $parts)) {
        return false;
    }
    [, $time, $signature] = $parts;
    return hash_equals(hash_hmac('sha256', "$time.$body", $secret), $signature)
        && abs(time() - (int) $time) <= FRESH_SECONDS;
}

/** The newest decision about a comment, in a file in place of a database. $decide gets what is kept and gives what to keep. */
function comment(string $id, ?callable $decide = null): array
{
    $file = fopen(getenv('COMMENTS') . '/' . hash('sha256', $id) . '.json', 'c+');
    flock($file, LOCK_EX); // two requests at once must not undo each other's work
    $kept = json_decode(stream_get_contents($file), true) ?? ['version' => 0, 'is_spam' => null];
    if ($decide !== null) {
        $kept = $decide($kept);
        rewind($file);
        ftruncate($file, 0);
        fwrite($file, json_encode($kept));
    }
    fclose($file);
    return $kept;
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/gavel') {
    $body = file_get_contents('php://input');
    if (!is_signed(getenv('GAVEL_CALLBACK_SECRET'), $_SERVER['HTTP_GAVEL_SIGNATURE'] ?? '', $body)) {
        http_response_code(401);
        exit;
    }
    $decision = json_decode($body, true);
    if (isset($decision['external_id'])) {
        // A decision may come twice, or after a newer one.
        comment($decision['external_id'], fn (array $kept) => $decision['version'] > $kept['version']
            ? ['version' => $decision['version'], 'is_spam' => $decision['is_spam']]
            : $kept);
    }
    http_response_code(204);
} elseif (preg_match('#^/comments/([^/]+)$#D', $path, $found)) {
    echo match (comment(rawurldecode($found[1]))['is_spam']) {
        true => 'hidden',
        false => 'public',
        null => 'as it was',
    };
} else {
    http_response_code(404);
}
