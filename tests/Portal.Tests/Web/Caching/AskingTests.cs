using Microsoft.AspNetCore.Http;
using Tunnel.Testing;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>What the visitor's request says.</summary>
public sealed class AskingTests
{
    private static readonly (string, string) Fresh = ("Cache-Control", "max-age=60");

    [Fact]
    public async Task A_head_is_answered_from_a_get()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        Assert.Equal("BYPASS", (await site.SendAsync(HttpMethod.Head, "/")).Cache);
        await site.GetAsync("/");
        var head = await site.SendAsync(HttpMethod.Head, "/");
        Assert.Equal((200, "HIT", "6", string.Empty), (head.Status, head.Cache, head["Content-Length"], head.Body));
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "page", "bytes 0-3/6")]
    [InlineData("bytes=-1", 206, "1", "bytes 5-5/6")]
    [InlineData("bytes=9-", 416, "", "bytes */6")]
    [InlineData("bytes=0-0,2-2", 200, "page 1", null)]
    public async Task A_part_is_answered_from_the_whole(string range, int status, string body, string? contentRange)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        var part = await site.GetAsync("/", ("Range", range));
        Assert.Equal((status, body, contentRange, "HIT"), (part.Status, part.Body, part["Content-Range"], part.Cache));
    }

    [Fact]
    public async Task A_part_of_what_is_not_there_is_asked_of_the_target()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        Assert.Equal("BYPASS", (await site.GetAsync("/", ("Range", "bytes=0-1"))).Cache);
        Assert.Equal("bytes=0-1", site.Target.Seen["Range"]);
        Assert.Equal(0, site.Cache.Count);
    }

    [Fact]
    public async Task Who_has_it_already_is_told_so()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page", Fresh, ("Content-Type", "text/html")));
        var miss = await site.GetAsync("/", ("If-None-Match", "\"1\""));
        Assert.Equal((304, "MISS", string.Empty, null), (miss.Status, miss.Cache, miss.Body, miss["Content-Type"]));
        Assert.False(site.Target.Seen.ContainsKey("If-None-Match"));
        var hit = await site.GetAsync("/", ("If-None-Match", "\"1\""));
        Assert.Equal((304, "HIT", "\"1\""), (hit.Status, hit.Cache, hit["ETag"]));
        var whole = await site.GetAsync("/");
        Assert.Equal((200, "HIT", "page", "text/html"), (whole.Status, whole.Cache, whole.Body, whole["Content-Type"]));
        Assert.Equal(1, site.Target.Requests);
    }

    [Fact]
    public async Task Where_nothing_is_kept_the_target_says_whether_it_is_the_same()
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page", ("Cache-Control", "no-store")));
        Assert.Equal(200, (await site.GetAsync("/")).Status);
        var again = await site.GetAsync("/", ("If-None-Match", "\"1\""));
        Assert.Equal((304, "BYPASS"), (again.Status, again.Cache));
    }

    [Theory]
    [InlineData("Cache-Control", "no-cache")]
    [InlineData("Cache-Control", "max-age=0")]
    [InlineData("Cache-Control", "max-age=5")]
    [InlineData("Cache-Control", "min-fresh=55")]
    [InlineData("Pragma", "no-cache")]
    public async Task A_visitor_may_ask_for_a_newer_one(string name, string value)
    {
        await using var site = await CachedSite.StartAsync(Pages.Tagged("\"1\"", "page", Fresh));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(10));
        var again = await site.GetAsync("/", (name, value));
        Assert.Equal(("REVALIDATED", "page", "0"), (again.Cache, again.Body, again["Age"]));
        Assert.Equal("\"1\"", site.Target.Seen["If-None-Match"]);
        Assert.Equal(2, site.Target.Requests);
    }

    [Theory]
    [InlineData("max-stale", "max-age=60", "STALE")]
    [InlineData("max-stale=20", "max-age=60", "STALE")]
    [InlineData("max-stale=5", "max-age=60", "MISS")]
    [InlineData("max-stale", "max-age=60, must-revalidate", "MISS")]
    [InlineData("max-stale", "s-maxage=60", "MISS")]
    public async Task A_visitor_may_take_an_older_one(string asked, string said, string expected)
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(("Cache-Control", said)));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal(expected, (await site.GetAsync("/", ("Cache-Control", asked))).Cache);
    }

    [Fact]
    public async Task A_visitor_may_ask_that_nothing_is_kept()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        Assert.Equal("BYPASS", (await site.GetAsync("/", ("Cache-Control", "no-store"))).Cache);
        Assert.Equal(0, site.Cache.Count);
    }

    [Fact]
    public async Task A_visitor_may_ask_for_nothing_but_what_is_kept()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        Assert.Equal(504, (await site.GetAsync("/", ("Cache-Control", "only-if-cached"))).Status);
        Assert.Equal(0, site.Target.Requests);
        await site.GetAsync("/");
        Assert.Equal("HIT", (await site.GetAsync("/", ("Cache-Control", "only-if-cached"))).Cache);
    }

    [Fact]
    public async Task A_condition_on_the_state_is_the_target_s()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(("Cache-Control", "max-age=1")));
        await site.GetAsync("/");
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("BYPASS", (await site.GetAsync("/", ("If-Match", "\"1\""))).Cache);
        Assert.Equal("\"1\"", site.Target.Seen["If-Match"]);
    }

    [Fact]
    public async Task A_change_of_protocol_passes_untouched()
    {
        await using var site = await CachedSite.StartAsync(Pages.Numbered(Fresh));
        await site.GetAsync("/");
        var answer = await site.GetAsync("/", ("Connection", "upgrade"), ("Upgrade", "websocket"));
        Assert.Equal(("page 2", null), (answer.Body, answer.Cache));
    }

    [Fact]
    public async Task A_file_that_is_at_hand_is_not_kept()
    {
        using var folder = new TempDirectory();
        var file = folder.Write("page.txt", "page");
        await using var site = await CachedSite.StartAsync(context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Response.SendFileAsync(file);
        });
        var answer = await site.GetAsync("/");
        Assert.Equal(("page", "BYPASS", 0), (answer.Body, answer.Cache, site.Cache.Count));
    }
}
