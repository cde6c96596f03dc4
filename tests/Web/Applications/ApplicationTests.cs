using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tunnel.EndToEnd.Peers;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>Application servers as people have them at home: through web front and bridge they answer as they do by themselves.</summary>
public sealed class ApplicationTests(ITestOutputHelper output) : WebTunnelTest(output)
{
    // As Debian installs them.
    private const string Flask = "/usr/lib/python3/dist-packages/flask/__init__.py";
    private const string Express = "/usr/share/nodejs/express/package.json";
    private const string Busboy = "/usr/share/nodejs/busboy/package.json";

    private const int FileBytes = 3_000_000;

    // More at once than a browser opens.
    private const int AtOnce = 16;
    private const int Rounds = 10;

    private static readonly byte[] File1 = RandomNumberGenerator.GetBytes(FileBytes);

    [PeerFact("gunicorn", Flask, "setpriv")]
    public async Task Gunicorn_with_flask_on_a_unix_socket()
    {
        var socket = new UnixDomainSocketEndPoint(Files.File("gunicorn.sock"));
        Own(await PeerServer.StartAsync(
            socket,
            Peer.Require("gunicorn"),
            ["--bind", $"unix:{socket}", "--workers", "1", "--threads", "4", "--chdir", SiteFolder("flask"), "--worker-tmp-dir", "/dev/shm", "--keep-alive", "5", "application:app"],
            user: null,
            Output.WriteLine));
        var tunnel = await StartTunnelAsync($"unix:{socket}");

        await AssertAlikeAsync(tunnel, socket,
        [
            new("GET /"),
            new("HEAD /"),
            new("GET /echo?a=b&c=%20%2F"),
            new("DELETE /echo"),
            Question.Text("POST /echo", "application/json", """{ "a": "ü" }"""),
            new("PUT /echo", Body: File1),
            new("POST /echo", ["Expect: 100-continue"], Body: File1),
            Question.Text("POST /form", "application/x-www-form-urlencoded", "a=1&a=2&b=%C3%BC"),
            Question.Parts("/form", File1),
            new("GET /cookies"),
            new("GET /away"),
            new("GET /stream"),
            new("GET /file"),
            new("GET /file", ["Range: bytes=1000-1999"]),
            new("GET /file", ["If-None-Match: \"fixed\""]),
            new("GET /nothing"),
            new("GET /broken"),
            new("GET /missing"),
            new("GET /page/a%20b"),
            new("GET /page/gr%C3%BC%C3%9Fe"),
            new("GET /page/a%2Fb"),
            new("OPTIONS /echo"),
        ]);
    }

    [PeerFact("gunicorn", Flask, "setpriv")]
    public async Task Gunicorn_beside_the_portal_without_a_bridge()
    {
        var socket = new UnixDomainSocketEndPoint(Files.File("gunicorn.sock"));
        Own(await PeerServer.StartAsync(
            socket,
            Peer.Require("gunicorn"),
            ["--bind", $"unix:{socket}", "--workers", "1", "--threads", "4", "--chdir", SiteFolder("flask"), "--worker-tmp-dir", "/dev/shm", "application:app"],
            user: null,
            Output.WriteLine));
        var tunnel = await StartTunnelAsync("127.0.0.1:9", $$"""{ "path": "/", "to": "http://unix:{{socket}}", "host": "$visited" }""");

        await AssertAlikeAsync(tunnel, socket, [new("GET /"), new("PUT /echo", Body: File1), new("GET /stream"), new("GET /missing"), Question.Parts("/form", File1)]);
    }

    [PeerFact("php-fpm*", "nginx", "setpriv")]
    public async Task Php_fpm_behind_nginx()
    {
        var socket = new UnixDomainSocketEndPoint(Files.File("php.sock"));
        var configuration = Files.Write("php-fpm.conf", $"""
            [global]
            daemonize = no
            error_log = /dev/stderr
            [www]
            listen = {socket}
            {(Environment.IsPrivilegedProcess ? "user = root" : string.Empty)}
            pm = static
            pm.max_children = 4
            php_admin_value[post_max_size] = 64M
            php_admin_value[upload_max_filesize] = 64M
            php_admin_value[upload_tmp_dir] = {Files.Path}
            """);
        Own(await PeerServer.StartAsync(
            socket, Peer.Require("php-fpm*"), ["--nodaemonize", "--allow-to-run-as-root", "--no-php-ini", "--fpm-config", configuration], user: null, Output.WriteLine));
        var nginx = Own(await NginxServer.StartAsync(Files, Output.WriteLine, locations: $$"""
            location /files/ { alias {{SiteFolder("express")}}/public/; }
            location / {
              fastcgi_pass unix:{{socket}};
              fastcgi_param SCRIPT_FILENAME {{SiteFolder("php")}}/index.php;
              fastcgi_param REQUEST_URI $request_uri;
              fastcgi_param QUERY_STRING $query_string;
              fastcgi_param REQUEST_METHOD $request_method;
              fastcgi_param CONTENT_TYPE $content_type;
              fastcgi_param CONTENT_LENGTH $content_length;
              fastcgi_param HTTP_HOST $http_host;
            }
            """));
        var tunnel = await StartTunnelAsync(nginx.EndPoint.ToString());

        await AssertAlikeAsync(tunnel, nginx.EndPoint,
        [
            new("GET /page?a=b&c[]=1&c[]=2"),
            new("GET /a%20b%2Fc?q=%C3%BC"),
            new("HEAD /page"),
            Question.Text("POST /form", "application/x-www-form-urlencoded", "a=1&b=%C3%BC"),
            Question.Parts("/upload", File1),
            new("PUT /raw", Body: File1),
            new("PUT /raw", Body: File1, Chunked: true),
            new("GET /download"),
            new("GET /missing"),
            new("GET /away"),
            new("GET /cookies"),
            new("GET /files/index.html"),
            new("GET /files/style.css", ["Range: bytes=2-5"]),
            new("GET /files/none"),
        ]);
    }

    [PeerFact("node", Express, Busboy, "setpriv")]
    public async Task Express_with_json_uploads_and_files()
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());

        // Debian's modules, for a node that is not Debian's too.
        var express = Own(ProgramProcess.Start(
            "express",
            Peer.Require("node"),
            [Path.Combine(SiteFolder("express"), "application.js")],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PORT"] = endPoint.Port.ToString(CultureInfo.InvariantCulture), ["NODE_PATH"] = "/usr/share/nodejs", ["NODE_ENV"] = "production" },
            Output.WriteLine));
        await ListensAsync(express, endPoint);
        var tunnel = await StartTunnelAsync(endPoint.ToString());

        await AssertAlikeAsync(tunnel, endPoint,
        [
            Question.Text("POST /json?x=1&y=%C3%BC", "application/json", """{ "text": "grüße", "list": [1, 2.5, null, true] }"""),
            Question.Text("POST /json", "application/json", $$"""{ "long": "{{new string('x', 1_000_000)}}" }"""),
            Question.Text("POST /json", "application/json", "{ broken"),
            Question.Parts("/upload", File1),
            Question.Parts("/upload", File1) with { Chunked = true },
            new("GET /static/index.html"),
            new("GET /static/"),
            new("GET /static"),
            new("GET /static/style.css"),
            new("GET /static/image.svg"),
            new("GET /static/style.css", ["Range: bytes=0-3"]),
            new("HEAD /static/style.css"),
            new("GET /static/none"),
            new("GET /static/..%2fapplication.js"),
            new("GET /big"),
            new("GET /parts"),
            new("GET /cookies"),
            new("GET /away"),
            new("GET /echo/a%20b/%C3%BC?c=d"),
            new("PURGE /echo/x"),
            new("OPTIONS /echo/x"),
            new("PATCH /echo/x", Body: File1),
        ]);
    }

    private async Task AssertAlikeAsync(WebTunnel tunnel, EndPoint application, IReadOnlyList<Question> questions)
    {
        // Applications close connections that they have kept for a second or two, also under a request that is on its way.
        var direct = ClientOf(application, keepsConnections: false);
        var through = ClientOf(tunnel.EndPoint);
        foreach (var question in questions)
        {
            var expected = await question.AskAsync(direct, Host);
            var answer = await question.AskAsync(through, Host);
            Assert.True(
                string.Equals(expected.Head, answer.Head, StringComparison.Ordinal) && expected.Body.AsSpan().SequenceEqual(answer.Body),
                $"{question.Line}\n--- by itself\n{expected.Head}\n{expected.Body.Length} bytes\n--- through the tunnel\n{answer.Head}\n{answer.Body.Length} bytes");
        }

        // And many at once, each the same as before.
        await Parallel.ForEachAsync(Enumerable.Range(0, Rounds * AtOnce), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (round, _) =>
        {
            var question = questions[round % questions.Count];
            var expected = await question.AskAsync(direct, Host);
            var answer = await question.AskAsync(through, Host);
            Assert.Equal(expected.Head, answer.Head);
            Assert.True(expected.Body.AsSpan().SequenceEqual(answer.Body), question.Line);
        });
    }
}
