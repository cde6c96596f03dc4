using System.Net;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Access;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing.Time;

namespace Tunnel.Portal.Tests.Web.Access;

public sealed class RateLimitTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_burst_passes_and_then_the_rate()
    {
        var limit = Limit(perSecond: 10, burst: 20);
        Assert.Equal(Enumerable.Repeat(200, 21).Append(429), await AskAsync(limit, 22, "192.0.2.1"));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([200, 429], await AskAsync(limit, 2, "192.0.2.1"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Repeat(200, 21).Append(429), await AskAsync(limit, 22, "192.0.2.1"));
    }

    [Fact]
    public async Task Visitors_do_not_spend_each_other_s()
    {
        var limit = Limit(perSecond: 1, burst: 0);
        Assert.Equal([200, 429], await AskAsync(limit, 2, "192.0.2.1"));
        Assert.Equal([200, 429], await AskAsync(limit, 2, "192.0.2.2"));
        Assert.Equal([429], await AskAsync(limit, 1, "::ffff:192.0.2.2"));
        Assert.Equal([200], await AskAsync(limit, 1, "2001:db8:0:1::1"));
        Assert.Equal([429], await AskAsync(limit, 1, "2001:db8:0:1:ffff::2"));
        Assert.Equal([200], await AskAsync(limit, 1, "2001:db8:0:2::1"));
        Assert.Equal([200, 429], await AskAsync(limit, 2, address: null));
    }

    [Fact]
    public async Task A_request_that_is_sent_to_its_route_again_counts_once()
    {
        var limit = Limit(perSecond: 1, burst: 0);
        var context = Visitor("192.0.2.1");
        var handler = limit.Around(limit.Around(static inside => inside.Response.WriteAsync("x")));
        await handler(context);
        Assert.Equal(200, context.Response.StatusCode);
    }

    [Theory]
    [InlineData(10, "1")]
    [InlineData(0.1, "10")]
    [InlineData(0.0001, "10000")]
    [InlineData(1e-300, "86400")]
    public async Task Who_asks_too_often_is_told_when_to_come_again(double perSecond, string seconds)
    {
        var handler = Limit(perSecond, burst: 0).Around(static _ => Task.CompletedTask);
        await handler(Visitor("192.0.2.1"));
        var context = Visitor("192.0.2.1");
        await handler(context);
        Assert.Equal(
            (429, seconds, "rate"),
            (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString(), context.Response.Headers["Tunnel-Error"].ToString()));
    }

    [Fact]
    public void Memory_is_bounded_and_the_one_away_longest_is_forgotten()
    {
        var buckets = new VisitorBuckets(perSecond: 1, burst: 0, capacity: 100);
        for (var index = 0; index < 1000; index++)
        {
            Assert.Equal(TimeSpan.Zero, buckets.Take(new VisitorKey((ulong)index, IsIPv6: true), TimeSpan.Zero));
            Assert.True(buckets.Take(new VisitorKey(0, IsIPv6: true), TimeSpan.Zero) > TimeSpan.Zero);
        }

        Assert.Equal(100, buckets.Count);
        Assert.True(buckets.Take(new VisitorKey(999, IsIPv6: true), TimeSpan.Zero) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, buckets.Take(new VisitorKey(500, IsIPv6: true), TimeSpan.Zero));
    }

    [Fact]
    public void A_crowd_that_left_is_forgotten()
    {
        var buckets = new VisitorBuckets(perSecond: 1, burst: 5, capacity: 1000);
        for (var index = 0; index < 1000; index++)
        {
            buckets.Take(new VisitorKey((ulong)index, IsIPv6: false), TimeSpan.Zero);
        }

        for (var index = 0; index < 600; index++)
        {
            buckets.Take(new VisitorKey((ulong)index, IsIPv6: true), TimeSpan.FromHours(1));
        }

        Assert.Equal(600, buckets.Count);
    }

    private RateLimit Limit(double perSecond, int burst) => new(new WebRate { PerSecond = perSecond, Burst = burst }, _time);

    private static async Task<List<int>> AskAsync(RateLimit limit, int times, string? address)
    {
        var handler = limit.Around(static _ => Task.CompletedTask);
        var answers = new List<int>();
        for (var index = 0; index < times; index++)
        {
            var context = Visitor(address);
            await handler(context);
            answers.Add(context.Response.StatusCode);
        }

        return answers;
    }

    private static DefaultHttpContext Visitor(string? address) =>
        new() { Connection = { RemoteIpAddress = address is null ? null : IPAddress.Parse(address) } };
}
