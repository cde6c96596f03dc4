using System.Text;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing;
using Yarp.ReverseProxy.Forwarder;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>Many who ask at once, and answers that are still on their way.</summary>
public sealed class CoalescingTests
{
    private const int Visitors = 50;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly (string, string) Fresh = ("Cache-Control", "max-age=60");

    [Fact]
    public async Task Many_misses_are_one_request()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await CachedSite.StartAsync(async context =>
        {
            await gate.Task;
            await Pages.WriteAsync(context, "page", Fresh);
        });
        var asked = Ask(site, "/");
        await Eventually.HoldsAsync(() => site.Target.Requests == 1, Limit, () => "no request");
        gate.SetResult();
        var answers = await Task.WhenAll(asked).WaitAsync(Limit);
        Assert.All(answers, static answer => Assert.Equal("page", answer.Body));
        Assert.Equal(1, site.Target.Requests);
        Assert.Equal((1, Visitors - 1), (answers.Count(static answer => answer.Cache == "MISS"), answers.Count(static answer => answer.Cache == "HIT")));
    }

    [Fact]
    public async Task Many_questions_whether_it_is_still_the_same_are_one()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page", Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(61));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Target.Answer = async context =>
        {
            await gate.Task;
            await Pages.Tagged("\"1\"", "page", Fresh)(context);
        };
        var asked = Ask(site, "/");
        await Eventually.HoldsAsync(() => site.Target.Requests == 2, Limit, () => "no request");
        gate.SetResult();
        Assert.All(await Task.WhenAll(asked).WaitAsync(Limit), static answer => Assert.Equal("page", answer.Body));
        Assert.Equal(2, site.Target.Requests);
    }

    [Fact]
    public async Task What_is_not_kept_holds_nobody_up()
    {
        // The first answer has begun, and never ends before all others have been asked for.
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await CachedSite.StartAsync(async context =>
        {
            await Pages.WriteAsync(context, "begun", ("Cache-Control", "private"));
            await gate.Task;
        });
        var asked = Ask(site, "/");
        await Eventually.HoldsAsync(() => site.Target.Requests == Visitors, Limit, () => $"{site.Target.Requests} requests");
        gate.SetResult();
        await Task.WhenAll(asked).WaitAsync(Limit);
    }

    [Fact]
    public async Task A_slow_first_visitor_holds_nobody_up_for_long()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await CachedSite.StartAsync(async context =>
        {
            await Pages.WriteAsync(context, "begun", Fresh);
            await gate.Task;
        });
        var first = site.GetAsync("/");
        await Eventually.HoldsAsync(() => site.Target.Requests == 1, Limit, () => "no request");
        var second = site.GetAsync("/");
        await Eventually.HoldsAsync(() => site.Time.ActiveTimers == 1, Limit, () => "nobody waits");
        Assert.Equal(1, site.Target.Requests);
        site.Time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync(() => site.Target.Requests == 2, Limit, () => "still waits");
        gate.SetResult();
        await Task.WhenAll(first, second).WaitAsync(Limit);
    }

    [Fact]
    public async Task When_the_target_fails_all_who_wait_have_the_old_one()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(61));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Target.Answer = async context =>
        {
            await gate.Task;
            context.Response.StatusCode = 503;
        };
        var asked = Ask(site, "/");
        await Eventually.HoldsAsync(() => site.Target.Requests == 2, Limit, () => "no request");
        gate.SetResult();
        Assert.All(await Task.WhenAll(asked).WaitAsync(Limit), static answer => Assert.Equal(("page 1", "STALE"), (answer.Body, answer.Cache)));
        Assert.Equal(2, site.Target.Requests);
    }

    [Fact]
    public async Task When_there_is_no_old_one_each_sees_the_error()
    {
        await using var site = await CachedSite.StartAsync(Pages.Status(502));
        Assert.All(await Task.WhenAll(Ask(site, "/")).WaitAsync(Limit), static answer => Assert.Equal(502, answer.Status));
    }

    [Fact]
    public async Task When_the_first_visitor_leaves_one_of_the_others_asks()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await CachedSite.StartAsync(async context =>
        {
            await gate.Task.WaitAsync(context.RequestAborted);
            await Pages.WriteAsync(context, "page", Fresh);
        });
        using var leaving = new CancellationTokenSource();
        var first = site.GetAsync("/", leaving.Token);
        await Eventually.HoldsAsync(() => site.Target.Requests == 1, Limit, () => "no request");
        var others = Ask(site, "/");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => first);
        await Eventually.HoldsAsync(() => site.Target.Requests == 2, Limit, () => $"{site.Target.Requests} requests");
        gate.SetResult();
        Assert.All(await Task.WhenAll(others).WaitAsync(Limit), static answer => Assert.Equal("page", answer.Body));
        Assert.Equal(2, site.Target.Requests);
    }

    [Fact]
    public async Task A_request_that_is_sent_to_its_route_again_does_not_wait_for_itself()
    {
        RequestDelegate? again = null;
        await using var site = await CachedSite.StartAsync(
            new WebCache(),
            context => context.Items.TryAdd("again", null) ? again!(context) : Pages.WriteAsync(context, "page", Fresh),
            route => again = route);
        var answer = await site.GetAsync("/").WaitAsync(Limit);
        Assert.Equal(("page", "MISS", 2), (answer.Body, answer.Cache, site.Target.Requests));
        Assert.Equal("HIT", (await site.GetAsync("/")).Cache);
    }

    [Fact]
    public async Task Those_who_want_different_variants_get_them()
    {
        await using var site = await CachedSite.StartAsync(context =>
            Pages.WriteAsync(context, context.Request.Headers.AcceptLanguage.ToString(), Fresh, ("Vary", "Accept-Language")));
        var languages = Enumerable.Range(0, 10).Select(static number => $"x-{number}").ToList();
        var answers = await Task.WhenAll(languages.Select(language => site.GetAsync("/", ("Accept-Language", language)))).WaitAsync(Limit);
        Assert.Equal(languages, answers.Select(static answer => answer.Body));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_not_kept()
    {
        await using var site = await CachedSite.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.WriteAsync("half");
            throw new IOException("The target is gone.");
        });
        await Assert.ThrowsAnyAsync<Exception>(() => site.GetAsync("/"));
        Assert.Equal((0, 0L), (site.Cache.Count, site.Cache.Size));
        site.Target.Answer = async context =>
        {
            // A forwarder does not throw.
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.WriteAsync("half");
            context.Features.Set<IForwarderErrorFeature>(new Broken());
        };
        await site.GetAsync("/");
        Assert.Equal((0, 0L), (site.Cache.Count, site.Cache.Size));
    }

    [Fact]
    public async Task An_answer_after_another_target_has_failed_is_kept()
    {
        await using var site = await CachedSite.StartAsync(static context =>
        {
            context.Features.Set<IForwarderErrorFeature>(new Broken());
            return Pages.WriteAsync(context, "page", Fresh);
        });
        await site.GetAsync("/");
        Assert.Equal("HIT", (await site.GetAsync("/")).Cache);
    }

    [Fact]
    public async Task What_is_purged_while_it_is_on_its_way_is_not_kept()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await CachedSite.StartAsync(async context =>
        {
            await gate.Task;
            await Pages.WriteAsync(context, "old", Fresh);
        });
        var first = site.GetAsync("/a");
        await Eventually.HoldsAsync(() => site.Target.Requests == 1, Limit, () => "no request");
        Assert.Equal(0, site.Cache.Purge("/"));
        gate.SetResult();
        Assert.Equal("old", (await first.WaitAsync(Limit)).Body);
        Assert.Equal((0, 0L), (site.Cache.Count, site.Cache.Size));
    }

    [Theory]
    [InlineData("/blog/", 2)]
    [InlineData("/", 4)]
    [InlineData("localhost/blog/", 1)]
    [InlineData("LOCALHOST", 2)]
    [InlineData("http://localhost/", 2)]
    [InlineData("https://localhost/", 0)]
    [InlineData("https://other.example/blog", 1)]
    [InlineData("/none", 0)]
    public async Task A_prefix_is_purged(string prefix, int expected)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        foreach (var uri in new[] { "/blog/1", "/about", "https://other.example/blog/2", "https://other.example/about" })
        {
            await site.GetAsync(uri);
        }

        Assert.Equal(expected, site.Cache.Purge(prefix));
        Assert.Equal(4 - expected, site.Cache.Count);
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_one_not_asked_for_longest_makes_room()
    {
        const long Size = 200_000;
        await using var site = await CachedSite.StartAsync(
            new WebCache { Size = Size }, static context => Pages.WriteAsync(context, new string('x', 10_000), Fresh));
        await site.GetAsync("/wanted");
        for (var number = 0; number < 100; number++)
        {
            await site.GetAsync($"/{number}");
            Assert.Equal("HIT", (await site.GetAsync("/wanted")).Cache);
            Assert.InRange(site.Cache.Size, 1, Size);
        }

        Assert.InRange(site.Cache.Count, 10, 18);
        Assert.Equal("HIT", (await site.GetAsync("/99")).Cache);
        Assert.Equal("MISS", (await site.GetAsync("/1")).Cache);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_too_large_passes_and_is_not_kept(bool hasLength)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('x', 100_000));
        await using var site = await CachedSite.StartAsync(new WebCache { Size = 400_000 }, async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = hasLength ? bytes.Length : null;
            foreach (var part in bytes.Chunk(7000))
            {
                await context.Response.Body.WriteAsync(part);
            }
        });
        Assert.Equal(100_000, (await site.GetAsync("/")).Body.Length);
        Assert.Equal((0, 0L), (site.Cache.Count, site.Cache.Size));
    }

    [Fact]
    public async Task Bodies_of_all_lengths_come_back_whole()
    {
        await using var site = await CachedSite.StartAsync(static async context =>
        {
            var text = new string('x', int.Parse(context.Request.Query["n"].ToString(), System.Globalization.CultureInfo.InvariantCulture));
            context.Response.Headers.CacheControl = "max-age=60";
            foreach (var part in text.Chunk(5000))
            {
                await context.Response.WriteAsync(new string(part));
            }
        });
        foreach (var length in new[] { 0, 1, 4095, 4096, 4097, 12_288, 100_000, 1_000_003 })
        {
            Assert.Equal(length, (await site.GetAsync($"/?n={length}")).Body.Length);
            var hit = await site.GetAsync($"/?n={length}");
            Assert.Equal((length, "HIT"), (hit.Body.Length, hit.Cache));
            if (length > 2)
            {
                Assert.Equal(length - 2, (await site.GetAsync($"/?n={length}", ("Range", "bytes=1-" + (length - 2)))).Body.Length);
            }
        }
    }

    private static List<Task<CachedAnswer>> Ask(CachedSite site, string uri) => [.. Enumerable.Range(0, Visitors).Select(_ => site.GetAsync(uri))];

    private sealed class Broken : IForwarderErrorFeature
    {
        public ForwarderError Error => ForwarderError.ResponseBodyDestination;

        public Exception? Exception => null;
    }
}
