using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>What is too old: asked for again, and shown where nobody answers.</summary>
public sealed class StalenessTests
{
    private static readonly (string, string) Fresh = ("Cache-Control", "max-age=60");
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(61);

    [Fact]
    public async Task The_target_is_asked_whether_it_is_still_the_same()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page", Fresh, ("X-Number", "1")));
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        site.Target.Answer = Pages.Tagged("\"1\"", "page", ("Cache-Control", "max-age=30"), ("X-Number", "2"), ("Set-Cookie", "a=b"));
        var again = await site.GetAsync("/", ("If-None-Match", "\"0\""));
        Assert.Equal((200, "REVALIDATED", "page", "2", "a=b"), (again.Status, again.Cache, again.Body, again["X-Number"], again["Set-Cookie"]));
        var hit = await site.GetAsync("/");
        Assert.Equal(("HIT", "page", "2", null), (hit.Cache, hit.Body, hit["X-Number"], hit["Set-Cookie"]));
        site.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(304, (await site.GetAsync("/", ("If-None-Match", "\"1\""))).Status);
        Assert.Equal(3, site.Target.Requests);
    }

    [Fact]
    public async Task The_time_of_the_last_change_will_do()
    {
        const string Modified = "Mon, 06 May 2002 07:00:00 GMT";
        await using var site = await CachedSite.StartAsync(context =>
        {
            context.Response.Headers.LastModified = Modified;
            context.Response.StatusCode = context.Request.Headers.IfModifiedSince == Modified ? 304 : 200;
            return context.Response.StatusCode == 304 ? Task.CompletedTask : Pages.WriteAsync(context, "page", Fresh);
        });
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        Assert.Equal("REVALIDATED", (await site.GetAsync("/")).Cache);
    }

    [Fact]
    public async Task A_new_version_takes_the_place_of_the_old_one()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "old", Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        site.Target.Answer = Pages.Tagged("\"2\"", "new", Fresh);
        Assert.Equal(("new", "MISS"), Of(await site.GetAsync("/")));
        Assert.Equal(("new", "HIT"), Of(await site.GetAsync("/")));
        Assert.Equal(1, site.Cache.Count);
    }

    [Fact]
    public async Task A_new_version_that_must_not_be_kept_removes_the_old_one()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        site.Target.Answer = Pages.Numbered(("Cache-Control", "private"));
        await site.GetAsync("/");
        Assert.Equal(0, site.Cache.Count);
    }

    [Fact]
    public async Task That_one_visitor_is_refused_removes_nothing()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        site.Target.Answer = Pages.Status(429);
        Assert.Equal(429, (await site.GetAsync("/")).Status);
        site.Target.Answer = Pages.Status(503);
        Assert.Equal(("page 1", "STALE"), Of(await site.GetAsync("/")));
    }

    [Fact]
    public async Task What_says_nothing_is_asked_for_each_time()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page"));
        Assert.Equal(("page", "MISS"), Of(await site.GetAsync("/")));
        Assert.Equal(("page", "REVALIDATED"), Of(await site.GetAsync("/")));
        Assert.Equal(("page", "REVALIDATED"), Of(await site.GetAsync("/")));
    }

    [Fact]
    public async Task A_part_of_an_old_one_is_given_when_it_is_still_the_same()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "0123456789", Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        var part = await site.GetAsync("/", ("Range", "bytes=2-3"));
        Assert.Equal((206, "23", "REVALIDATED"), (part.Status, part.Body, part.Cache));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task An_old_one_takes_the_place_of_an_error(int status)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromHours(23));
        site.Target.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Pages.WriteAsync(context, "error", ("Tunnel-Error", "no-bridge"), ("Retry-After", "5"));
        };
        var stale = await site.GetAsync("/");
        Assert.Equal((200, "page 1", "STALE", null, null), (stale.Status, stale.Body, stale.Cache, stale["Tunnel-Error"], stale["Retry-After"]));
        site.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal((status, "error"), ((await site.GetAsync("/")).Status, (await site.GetAsync("/")).Body));
    }

    [Fact]
    public async Task An_old_one_takes_the_place_of_an_exception()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TooLong);
        site.Target.Answer = static _ => throw new IOException("No way.");
        Assert.Equal(("page 1", "STALE"), Of(await site.GetAsync("/")));
        Assert.Equal("STALE", (await site.SendAsync(HttpMethod.Head, "/")).Cache);
    }

    [Fact]
    public async Task Pages_without_a_word_about_caching_are_there_while_the_target_is_away()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered());
        Assert.Equal(("page 1", "MISS"), Of(await site.GetAsync("/")));
        Assert.Equal(("page 2", "MISS"), Of(await site.GetAsync("/")));
        site.Target.Answer = Pages.Status(503);
        Assert.Equal(("page 2", "STALE"), Of(await site.GetAsync("/")));
        Assert.Equal(("page 2", "STALE"), Of(await site.GetAsync("/", ("Cookie", "counted=1"))));
    }

    [Theory]
    [InlineData("max-age=1, must-revalidate", 86400, 503)]
    [InlineData("max-age=1, proxy-revalidate", 86400, 503)]
    [InlineData("s-maxage=1", 86400, 503)]
    [InlineData("no-cache", 86400, 503)]
    [InlineData("max-age=1", 0, 503)]
    [InlineData("max-age=1, stale-if-error=100", 0, 200)]
    [InlineData("max-age=1, stale-if-error=5", 86400, 503)]
    public async Task Whether_an_old_one_may_be_shown_is_what_the_target_says(string cacheControl, int configured, int status)
    {
        await using var site = await CachedSite.StartAsync(
            new WebCache { StaleIfError = TimeSpan.FromSeconds(configured) }, Pages.Tagged("\"1\"", "page", ("Cache-Control", cacheControl)));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(10));
        site.Target.Answer = Pages.Status(503);
        Assert.Equal(status, (await site.GetAsync("/")).Status);
    }

    [Fact]
    public async Task While_the_target_is_away_only_one_in_a_while_waits_to_see()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/a");
        await site.GetAsync("/b");
        site.Time.Advance(TooLong);
        site.Target.Answer = Pages.Status(503);
        Assert.Equal("STALE", (await site.GetAsync("/a")).Cache);
        Assert.Equal("STALE", (await site.GetAsync("/b")).Cache);
        Assert.Equal("STALE", (await site.GetAsync("/b")).Cache);
        Assert.Equal(3, site.Target.Requests);
        site.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("STALE", (await site.GetAsync("/a")).Cache);
        Assert.Equal("STALE", (await site.GetAsync("/a")).Cache);
        Assert.Equal("STALE", (await site.GetAsync("/b")).Cache);
        Assert.Equal(4, site.Target.Requests);
        site.Time.Advance(TimeSpan.FromSeconds(6));
        site.Target.Answer = Pages.Numbered(Fresh);
        Assert.Equal("MISS", (await site.GetAsync("/a")).Cache);
        Assert.Equal("MISS", (await site.GetAsync("/b")).Cache);
    }

    [Fact]
    public async Task An_error_of_one_page_is_no_outage()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/a");
        await site.GetAsync("/b");
        site.Time.Advance(TooLong);
        site.Target.Answer = Pages.Status(500);
        Assert.Equal("STALE", (await site.GetAsync("/a")).Cache);
        site.Target.Answer = Pages.Numbered(Fresh);
        Assert.Equal("MISS", (await site.GetAsync("/b")).Cache);
    }

    private static (string, string?) Of(CachedAnswer answer) => (answer.Body, answer.Cache);
}
