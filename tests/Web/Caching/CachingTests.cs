using System.Diagnostics;
using System.Net;
using System.Text;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;
using Tunnel.WebFront.Tests.Applications;
using Tunnel.WebFront.Tests.Conformance.Wire;

namespace Tunnel.WebFront.Tests.Caching;

/// <summary>A page that may be kept reaches its target once, and is there when the target is not.</summary>
public sealed class CachingTests(ITestOutputHelper output) : WebTunnelTest(output)
{
    private const string Route = """{ "path": "/", "to": "http://service.test", "via": "home", "cache": { "size": "16m", "staleIfError": "1h" } }""";
    private const int Connections = 10;
    private const int InFlight = 50;
    private const string Page = "<p>a page that may be kept</p>";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private int _asked;

    private static int Requests => FullRun.IsAsked ? 100_000 : 10_000;

    [Fact]
    public async Task However_many_requests_reach_the_target_once()
    {
        var target = Own(Serve("max-age=3600"));
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var start = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => LoadAsync(tunnel.EndPoint)));

        Output.WriteLine($"{Requests / Stopwatch.GetElapsedTime(start).TotalSeconds:0} requests/s");
        Assert.Equal(1, Volatile.Read(ref _asked));
    }

    [Fact]
    public async Task A_page_outlives_its_target()
    {
        var target = Serve("max-age=1");
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var client = ClientOf(tunnel.EndPoint);
        var uri = new Uri($"http://{Host}/page");
        Assert.Equal(Page, await client.GetStringAsync(uri));
        var kept = Stopwatch.GetTimestamp();

        await target.DisposeAsync();

        // Until the page is too old, so that the target would be asked again.
        await Eventually.HoldsAsync(() => Stopwatch.GetElapsedTime(kept) > TimeSpan.FromSeconds(2.5), Limit, () => "time stands still");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Page, await client.GetStringAsync(uri));
        }

        Assert.Equal(1, Volatile.Read(ref _asked));
        using var other = await client.GetAsync(new Uri($"http://{Host}/other"));
        Assert.Equal(HttpStatusCode.BadGateway, other.StatusCode);
    }

    [Fact]
    public async Task What_is_purged_is_asked_for_again()
    {
        var target = Own(Serve("max-age=3600"));
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var client = ClientOf(tunnel.EndPoint);
        var (page, other) = (new Uri($"http://{Host}/page"), new Uri($"http://{Host}/other"));
        foreach (var uri in (Uri[])[page, page, other, other])
        {
            Assert.Equal(Page, await client.GetStringAsync(uri));
        }

        Assert.Equal(1, Volatile.Read(ref _asked));
        Assert.Equal("purged 0 answers of elsewhere.test/", await PurgeAsync("elsewhere.test/"));
        Assert.Equal("purged 1 answer of /page", await PurgeAsync("/page"));
        Assert.Equal(Page, await client.GetStringAsync(page));
        Assert.Equal(2, Volatile.Read(ref _asked));
        Assert.Equal("purged 2 answers of /", await PurgeAsync());

        async Task<string> PurgeAsync(params string[] prefix)
        {
            var result = await RunToEndAsync(ProgramFiles.Portal, ["purge", "-c", tunnel.Configuration, .. prefix]);
            Assert.True(result.ExitCode == 0, result.ToString());
            return result.Text.Trim();
        }
    }

    [Fact]
    public async Task A_reload_empties_the_cache_of_a_route_that_it_changes_and_of_no_other()
    {
        var target = Own(Serve("max-age=3600"));
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var client = ClientOf(tunnel.EndPoint);
        var page = new Uri($"http://{Host}/page");
        Assert.Equal(Page, await client.GetStringAsync(page));

        await ReloadAsync("\"routes\": [", """ "routes": [ { "path": "/new", "answer": "new" }, """);
        Assert.Equal("new", await client.GetStringAsync(new Uri($"http://{Host}/new")));
        Assert.Equal(Page, await client.GetStringAsync(page));
        Assert.Equal(1, Volatile.Read(ref _asked));

        await ReloadAsync("16m", "17m");
        Assert.Equal(Page, await client.GetStringAsync(page));
        Assert.Equal(2, Volatile.Read(ref _asked));

        async Task ReloadAsync(string old, string replacement)
        {
            var text = await File.ReadAllTextAsync(tunnel.Configuration);
            Assert.Contains(old, text, StringComparison.Ordinal);
            await File.WriteAllTextAsync(tunnel.Configuration, text.Replace(old, replacement, StringComparison.Ordinal));
            var result = await RunToEndAsync(ProgramFiles.Portal, "reload", "-c", tunnel.Configuration);
            Assert.True(result.ExitCode == 0, result.ToString());
        }
    }

    [Fact]
    public async Task What_may_not_be_kept_is_asked_each_time()
    {
        var target = Own(Serve("no-store"));
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var client = ClientOf(tunnel.EndPoint);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Page, await client.GetStringAsync(new Uri($"http://{Host}/page")));
        }

        Assert.Equal(10, Volatile.Read(ref _asked));
    }

    private static async Task LoadAsync(IPEndPoint endPoint)
    {
        using var visitor = await Visitor.ConnectAsync(endPoint);
        using var timeout = new CancellationTokenSource(Limit);
        var reader = new MessageReader(visitor.Socket);
        var batch = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"GET /page HTTP/1.1\r\nHost: {Host}\r\n\r\n", InFlight)));
        for (var sent = 0; sent < Requests / Connections; sent += InFlight)
        {
            await visitor.SendAsync(batch, Limit);
            for (var i = 0; i < InFlight; i++)
            {
                var answer = await reader.ReadAnswerAsync(toHead: false, timeout.Token);
                Assert.NotNull(answer);
                Assert.Equal(200, answer.Status);
                Assert.Equal(Page, Encoding.ASCII.GetString(answer.Body));
            }
        }
    }

    private TcpTarget Serve(string cacheControl) => new(async (socket, cancellation) =>
    {
        var reader = new MessageReader(socket);
        while (await reader.ReadRequestAsync(cancellation) is { } request)
        {
            if (request.StartLine.StartsWith("GET /page ", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _asked);
            }

            var answer = $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: {cacheControl}\r\nContent-Length: {Page.Length}\r\n\r\n{Page}";
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer), cancellation);
        }
    });
}
