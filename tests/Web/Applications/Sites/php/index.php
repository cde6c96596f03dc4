<?php
// What somebody may run at home with PHP: a page, a form with a file, a session's cookie, a download.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/download') {
    header('Content-Type: application/octet-stream');
    echo str_repeat("0123456789abcdef", 100000);
} elseif ($path === '/missing') {
    http_response_code(404);
    echo "not here\n";
} elseif ($path === '/away') {
    header('Location: /next', true, 302);
} elseif ($path === '/cookies') {
    setcookie('first', '1');
    setcookie('second', '2', ['httponly' => true]);
    echo "cookies\n";
} else {
    $files = array_map(fn ($file) => [$file['name'], $file['size'], hash_file('sha256', $file['tmp_name'])], $_FILES);
    $body = file_get_contents('php://input');
    header('Content-Type: application/json');
    echo json_encode([
        'method' => $_SERVER['REQUEST_METHOD'], 'uri' => $_SERVER['REQUEST_URI'], 'query' => $_GET, 'form' => $_POST, 'files' => $files,
        'length' => strlen($body), 'hash' => hash('sha256', $body), 'host' => $_SERVER['HTTP_HOST'],
    ]);
}
