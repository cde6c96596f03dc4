using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.Peers;

/// <summary>A website whose nginx has its application servers behind the tunnel.</summary>
public sealed class ApplicationServerTests(PeerTunnel tunnel, ITestOutputHelper output) : PeerTest(tunnel, output)
{
    private const int BigBytes = 5 * 1024 * 1024;
    private const int Visitors = 40;

    // A process of php-fpm belongs to one kept connection, so with fewer processes some connections would wait for ever.
    private const int VisitorsAtOnce = 8;

    // What both applications answer: what nginx told them, and what they read.
    private sealed record Heard(string Method, string Query, string Visitor, string Host, int Length, string Hash);

    [PeerFact("php-fpm*", "nginx", "setpriv")]
    public async Task Nginx_reaches_php_fpm_through_the_tunnel()
    {
        var home = MakeHome();
        await File.WriteAllTextAsync(Path.Combine(home, "application.php"), Php);
        var configuration = Files.Write("php-fpm.conf", $"""
            [global]
            daemonize = no
            error_log = /dev/stderr
            [www]
            listen = {Tunnel.Php.Target}
            {(Environment.IsPrivilegedProcess ? "user = root" : string.Empty)}
            pm = static
            pm.max_children = {VisitorsAtOnce}
            php_admin_value[post_max_size] = 64M
            """);
        await StartServerAsync(Tunnel.Php, Peer.Require("php-fpm*"), ["--nodaemonize", "--allow-to-run-as-root", "--no-php-ini", "--fpm-config", configuration]);

        await AssertServedAsync(
            home,
            Tunnel.Php,
            $"""
            fastcgi_param SCRIPT_FILENAME {home}/application.php;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            """,
            pass: "fastcgi_pass",
            keep: "fastcgi_keep_conn on;");
    }

    [PeerFact("uwsgi", "nginx", "setpriv")]
    public async Task Nginx_reaches_uwsgi_through_the_tunnel()
    {
        var home = MakeHome();
        await File.WriteAllTextAsync(Path.Combine(home, "application.py"), Python);
        await StartServerAsync(
            Tunnel.Uwsgi,
            Peer.Require("uwsgi"),
            [
                "--plugin", "python3", "--socket", Tunnel.Uwsgi.Target.ToString()!, "--wsgi-file", Path.Combine(home, "application.py"),
                "--threads", "4", "--die-on-term", "--need-app", "--disable-logging",
            ]);

        await AssertServedAsync(
            home,
            Tunnel.Uwsgi,
            """
            uwsgi_param QUERY_STRING $query_string;
            uwsgi_param REQUEST_METHOD $request_method;
            uwsgi_param CONTENT_TYPE $content_type;
            uwsgi_param CONTENT_LENGTH $content_length;
            uwsgi_param HTTP_HOST $http_host;
            """,
            pass: "uwsgi_pass",
            keep: string.Empty);
    }

    private const string Php = """
        <?php
        if ($_SERVER['QUERY_STRING'] === 'big') {
            header('Content-Type: application/octet-stream');
            readfile(__DIR__ . '/big.bin');
            exit;
        }
        $body = file_get_contents('php://input');
        header('Content-Type: application/json');
        header('X-Application: php');
        echo json_encode([
            'method' => $_SERVER['REQUEST_METHOD'], 'query' => $_SERVER['QUERY_STRING'], 'visitor' => $_SERVER['HTTP_X_VISITOR'] ?? '',
            'host' => $_SERVER['HTTP_HOST'], 'length' => strlen($body), 'hash' => hash('sha256', $body),
        ]);
        """;

    private const string Python = """
        import hashlib, json, os

        def application(environ, start_response):
            if environ['QUERY_STRING'] == 'big':
                start_response('200 OK', [('Content-Type', 'application/octet-stream')])
                with open(os.path.join(os.path.dirname(__file__), 'big.bin'), 'rb') as file:
                    return [file.read()]
            body = environ['wsgi.input'].read()
            start_response('200 OK', [('Content-Type', 'application/json'), ('X-Application', 'python')])
            return [json.dumps({
                'method': environ['REQUEST_METHOD'], 'query': environ['QUERY_STRING'], 'visitor': environ.get('HTTP_X_VISITOR', ''),
                'host': environ['HTTP_HOST'], 'length': len(body), 'hash': hashlib.sha256(body).hexdigest(),
            }).encode()]
        """;

    private string MakeHome()
    {
        var home = Files.MakeDirectory("home");
        File.WriteAllBytes(Path.Combine(home, "big.bin"), RandomNumberGenerator.GetBytes(BigBytes));
        return home;
    }

    /// <summary>nginx dials the portal's TCP port anew for each request to /tcp/, and keeps connections to its unix socket for /unix/.</summary>
    private async Task AssertServedAsync(string home, PeerService service, string parameters, string pass, string keep)
    {
        var nginx = Own(await NginxServer.StartAsync(
            Files,
            Output.WriteLine,
            upstreams: $"upstream kept {{ server unix:{service.Socket}; keepalive {VisitorsAtOnce}; }}",
            locations: $$"""
                {{parameters}}
                location /tcp/ { {{pass}} {{service.Public}}; }
                location /unix/ { {{keep}} {{pass}} kept; }
                """));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var big = await File.ReadAllBytesAsync(Path.Combine(home, "big.bin"));
        foreach (var way in new[] { "tcp", "unix" })
        {
            var url = $"http://{nginx.EndPoint}/{way}/";
            Assert.Equal(big, await client.GetByteArrayAsync(new Uri($"{url}?big")));
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Visitors),
                new ParallelOptions { MaxDegreeOfParallelism = VisitorsAtOnce },
                async (visitor, _) => await AssertHeardAsync(client, url, visitor));
        }
    }

    /// <summary>One visitor in four asks, the others post; the largest body is 2 MB.</summary>
    private static async Task AssertHeardAsync(HttpClient client, string url, int visitor)
    {
        var body = visitor % 4 == 0 ? [] : RandomNumberGenerator.GetBytes(visitor * 50_000);
        var query = $"a={visitor}&b=%20%C3%A9&c";
        using var request = new HttpRequestMessage(visitor % 4 == 0 ? HttpMethod.Get : HttpMethod.Post, new Uri($"{url}?{query}"));
        request.Headers.Add("X-Visitor", visitor.ToString(CultureInfo.InvariantCulture));
        request.Headers.Host = $"visitor{visitor}.example";
        request.Content = visitor % 4 == 0 ? null : new ByteArrayContent(body);

        using var response = await client.SendAsync(request);

        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        Assert.Single(response.Headers.GetValues("X-Application"));
        var expected = new Heard(request.Method.Method, query, $"{visitor}", request.Headers.Host, body.Length, Convert.ToHexStringLower(SHA256.HashData(body)));
        Assert.Equal(expected, await response.Content.ReadFromJsonAsync<Heard>());
    }
}
