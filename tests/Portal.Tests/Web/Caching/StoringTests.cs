using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>What is kept, for whom, and for how long.</summary>
public sealed class StoringTests
{
    private static readonly (string, string) Fresh = ("Cache-Control", "max-age=60");

    [Fact]
    public async Task An_answer_is_given_again_while_it_is_fresh()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh, ("X-Other", "1"), ("Content-Type", "text/html"), ("Connection", "x-hop"), ("X-Hop", "1")));
        var first = await site.GetAsync("/a");
        Assert.Equal((200, "page 1", "MISS"), (first.Status, first.Body, first.Cache));
        site.Time.Advance(TimeSpan.FromSeconds(59.5));
        var second = await site.GetAsync("/a");
        Assert.Equal((200, "page 1", "HIT", "59"), (second.Status, second.Body, second.Cache, second["Age"]));
        Assert.Equal(("1", "text/html", "6", null), (second["X-Other"], second["Content-Type"], second["Content-Length"], second["X-Hop"]));
        site.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("page 2", "MISS"), Of(await site.GetAsync("/a")));
        Assert.Equal(("page 2", "HIT"), Of(await site.GetAsync("/a")));
    }

    [Theory]
    [InlineData("/a", "/b")]
    [InlineData("/a?x=1", "/a?x=2")]
    [InlineData("/a", "/A")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("http://one.example/a", "http://two.example/a")]
    [InlineData("http://one.example/a", "https://one.example/a")]
    [InlineData("http://one.example/a", "http://one.example:8080/a")]
    public async Task Different_uris_are_different(string one, string other)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync(one);
        Assert.Equal(("page 2", "MISS"), Of(await site.GetAsync(other)));
        Assert.Equal(("page 1", "HIT"), Of(await site.GetAsync(one)));
    }

    [Theory]
    [InlineData("s-maxage=100, max-age=10", 100)]
    [InlineData("max-age=\"30\"", 30)]
    [InlineData("MAX-AGE=30, Public", 30)]
    [InlineData("max-age=30, max-age=20", 20)]
    [InlineData("community=\"a, max-age=5\", max-age=30", 30)]
    public async Task The_target_says_how_long(string cacheControl, int seconds)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(("Cache-Control", cacheControl)));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(seconds - 0.5));
        Assert.Equal("HIT", (await site.GetAsync("/")).Cache);
        site.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("MISS", (await site.GetAsync("/")).Cache);
    }

    [Fact]
    public async Task Expires_counts_by_the_target_s_own_clock()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(("Date", "Mon, 06 May 2002 07:00:00 GMT"), ("Expires", "Mon, 06 May 2002 07:01:00 GMT")));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(59));
        var hit = await site.GetAsync("/");
        Assert.Equal(("HIT", "Mon, 06 May 2002 07:00:00 GMT"), (hit.Cache, hit["Date"]));
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("MISS", (await site.GetAsync("/")).Cache);
    }

    [Fact]
    public async Task What_was_old_when_it_came_is_fresh_for_less()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh, ("Age", "50")));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(5));
        var hit = await site.GetAsync("/");
        Assert.Equal(("HIT", "55"), (hit.Cache, hit["Age"]));
        site.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("MISS", (await site.GetAsync("/")).Cache);
    }

    [Theory]
    [InlineData("Cache-Control", "no-store")]
    [InlineData("Cache-Control", "private")]
    [InlineData("Cache-Control", "private=\"x\"")]
    [InlineData("Cache-Control", "PRIVATE ,x")]
    [InlineData("Set-Cookie", "session=1")]
    [InlineData("Vary", "*")]
    [InlineData("Vary", "Accept, *")]
    [InlineData("Content-Range", "bytes 0-1/2")]
    [InlineData("Content-Type", "text/event-stream; charset=utf-8")]
    [InlineData("Tunnel-Error", "target-refused")]
    public async Task Some_answers_are_never_kept(string name, string value)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh, (name, value)));
        Assert.Equal(("page 1", "MISS"), Of(await site.GetAsync("/")));
        Assert.Equal(("page 2", "MISS"), Of(await site.GetAsync("/")));
        Assert.Equal((0, 0L), (site.Cache.Count, site.Cache.Size));
    }

    [Theory]
    [InlineData(404, "max-age=60", true)]
    [InlineData(301, "max-age=60", true)]
    [InlineData(302, "max-age=60", true)]
    [InlineData(204, "max-age=60", true)]
    [InlineData(206, "max-age=60", false)]
    [InlineData(418, "max-age=60", false)]
    [InlineData(500, "max-age=60", false)]
    [InlineData(503, "max-age=60", false)]
    public async Task Some_statuses_are_kept(int status, string cacheControl, bool isKept)
    {
        await using var site = await CachedSite.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = cacheControl;
            return Task.CompletedTask;
        });
        await site.GetAsync("/");
        var second = await site.GetAsync("/");
        Assert.Equal((status, isKept ? "HIT" : "MISS"), (second.Status, second.Cache));
    }

    [Fact]
    public async Task What_says_nothing_is_kept_as_long_as_the_configuration_says()
    {
        await using var site = await CachedSite.StartAsync(new WebCache { DefaultFor = TimeSpan.FromSeconds(10) }, Pages.Numbered());
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(("page 1", "HIT"), Of(await site.GetAsync("/")));
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(("page 2", "MISS"), Of(await site.GetAsync("/")));
    }

    [Fact]
    public async Task Nobody_gets_what_was_made_for_a_cookie_unless_the_target_says_so()
    {
        await using var site = await CachedSite.StartAsync(new WebCache { DefaultFor = TimeSpan.FromHours(1) }, Pages.Numbered());
        Assert.Equal(("page 1", "MISS"), Of(await site.GetAsync("/", ("Cookie", "session=1"))));
        Assert.Equal(("page 2", "MISS"), Of(await site.GetAsync("/")));
        Assert.Equal(("page 2", "HIT"), Of(await site.GetAsync("/")));
        Assert.Equal(("page 3", "MISS"), Of(await site.GetAsync("/", ("Cookie", "session=1"))));
        Assert.Equal(("page 2", "HIT"), Of(await site.GetAsync("/")));

        site.Target.Answer = Pages.Numbered(Fresh);
        await site.GetAsync("/style.css", ("Cookie", "session=1"));
        Assert.Equal("HIT", (await site.GetAsync("/style.css", ("Cookie", "session=2"))).Cache);
    }

    [Fact]
    public async Task What_needs_to_be_asked_each_time_is_not_kept_for_a_cookie()
    {
        // The page of a visitor with a session, which another one's validator must not get.
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page", ("Cache-Control", "no-cache")));
        await site.GetAsync("/", ("Cookie", "session=1"));
        Assert.Equal(0, site.Cache.Count);
    }

    [Theory]
    [InlineData("max-age=60", false)]
    [InlineData("max-age=60, public", true)]
    [InlineData("s-maxage=60", true)]
    public async Task What_was_made_for_a_password_is_kept_only_if_the_target_says_so(string cacheControl, bool isKept)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(("Cache-Control", cacheControl)));
        await site.GetAsync("/", ("Authorization", "Basic YTpi"));
        Assert.Equal(isKept ? "HIT" : "MISS", (await site.GetAsync("/")).Cache);
    }

    [Fact]
    public async Task An_answer_is_for_those_who_ask_alike()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh, ("Vary", "Accept-Language, X-Kind")));
        await site.GetAsync("/", ("Accept-Language", "de"), ("X-Kind", "a, b"));
        Assert.Equal(("page 1", "HIT"), Of(await site.GetAsync("/", ("Accept-Language", " DE"), ("X-Kind", "a, b"))));
        Assert.Equal("page 2", (await site.GetAsync("/", ("Accept-Language", "en"), ("X-Kind", "a, b"))).Body);
        Assert.Equal("page 3", (await site.GetAsync("/", ("Accept-Language", "de"), ("X-Kind", "a,b"))).Body);
        Assert.Equal("page 4", (await site.GetAsync("/", ("Accept-Language", "de"))).Body);
        Assert.Equal("page 5", (await site.GetAsync("/")).Body);
        Assert.Equal(("page 1", "HIT"), Of(await site.GetAsync("/", ("Accept-Language", "de"), ("X-Kind", "a, b"))));
        Assert.Equal(("page 4", "HIT"), Of(await site.GetAsync("/", ("Accept-Language", "de"))));
    }

    [Fact]
    public async Task Variants_of_one_uri_are_bounded()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh, ("Vary", "User-Agent")));
        for (var number = 0; number < 50; number++)
        {
            await site.GetAsync("/", ("User-Agent", $"agent/{number}"));
        }

        Assert.Equal(16, site.Cache.Count);
        Assert.Equal("HIT", (await site.GetAsync("/", ("User-Agent", "agent/49"))).Cache);
    }

    [Fact]
    public async Task What_steps_around_the_cache_say_is_not_stored()
    {
        var visits = 0;
        await using var site = await CachedSite.StartAsync(new WebCache(), Pages.Numbered(Fresh), next => context =>
        {
            context.Response.Headers["X-Visit"] = $"{++visits}";
            return next(context);
        });
        Assert.Equal("1", (await site.GetAsync("/"))["X-Visit"]);
        Assert.Equal("2", (await site.GetAsync("/"))["X-Visit"]);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task A_change_removes_what_was_kept(string method)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/a");
        await site.GetAsync("/b");
        await site.GetAsync("/c");
        site.Target.Answer = Pages.Numbered(("Location", "/b"), ("Content-Location", "http://localhost/c"));
        Assert.Null((await site.SendAsync(new HttpMethod(method), "/a")).Cache);
        Assert.Equal(0, site.Cache.Count);
    }

    [Fact]
    public async Task A_change_that_failed_removes_nothing()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/a");
        site.Target.Answer = Pages.Status(403);
        await site.SendAsync(HttpMethod.Post, "/a");
        Assert.Equal("HIT", (await site.GetAsync("/a")).Cache);
    }

    private static (string, string?) Of(CachedAnswer answer) => (answer.Body, answer.Cache);
}
