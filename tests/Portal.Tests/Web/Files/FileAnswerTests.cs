using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Files;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing;

namespace Tunnel.Portal.Tests.Web.Files;

public sealed class FileAnswerTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTime Written = new(2030, 5, 6, 7, 8, 9, 123, DateTimeKind.Utc);

    private readonly TempDirectory _folder = new();
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        File.SetLastWriteTimeUtc(_folder.Write("digits.txt", "0123456789"), Written);
        _folder.Write("empty.css", string.Empty);
        _folder.Write("what.unknown", "?");
        _folder.Write("page.html", "<p>");
        var route = new WebRoute { Root = _folder.Path, TryFiles = ["$uri", "=404"] };
        _site = await TestSite.StartAsync(
            new StaticFiles(route, static (context, template) => template.Text.Replace("$uri", context.Request.Path.Value, StringComparison.Ordinal))
                .Around(_ => throw new InvalidOperationException()));
    }

    public async Task DisposeAsync() => await _site.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_answer_says_what_it_is()
    {
        using var answer = await _site.SendAsync("/digits.txt");
        Assert.Equal("0123456789", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(10, answer.Content.Headers.ContentLength);
        Assert.Equal("Mon, 06 May 2030 07:08:09 GMT", answer.Content.Headers.LastModified?.ToString("r", CultureInfo.InvariantCulture));
        Assert.Equal("bytes", answer.Headers.AcceptRanges.ToString());
        Assert.Equal($"\"{Written.Ticks:x}-a\"", answer.Headers.ETag?.ToString());
    }

    [Theory]
    [InlineData("/empty.css", "text/css")]
    [InlineData("/what.unknown", "application/octet-stream")]
    [InlineData("/page.html", "text/html")]
    public async Task Types_are_known_by_the_name(string uri, string type)
    {
        using var answer = await _site.SendAsync(uri);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Head_is_get_without_the_body()
    {
        using var answer = await _site.SendAsync(HttpMethod.Head, "/digits.txt", ("Range", "bytes=0-1"));
        Assert.Equal((HttpStatusCode.OK, 10L), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_version_that_the_visitor_has_is_not_sent()
    {
        using var first = await _site.SendAsync("/digits.txt");
        var tag = first.Headers.ETag!.ToString();
        var modified = "Mon, 06 May 2030 07:08:09 GMT";
        var earlier = "Mon, 06 May 2030 07:08:08 GMT";
        foreach (var (status, headers) in new (int, (string, string)[])[]
        {
            (304, [("If-None-Match", tag)]),
            (304, [("If-None-Match", "W/" + tag)]),
            (304, [("If-None-Match", "\"x\", " + tag)]),
            (304, [("If-None-Match", "*")]),
            (200, [("If-None-Match", "\"x\"")]),
            (200, [("If-None-Match", "\"x\""), ("If-Modified-Since", modified)]),
            (304, [("If-Modified-Since", modified)]),
            (200, [("If-Modified-Since", earlier)]),
            (200, [("If-Modified-Since", "yesterday")]),
            (200, [("If-Match", tag)]),
            (200, [("If-Match", "*")]),
            (412, [("If-Match", "\"x\"")]),
            (412, [("If-Match", "W/" + tag)]),
            (412, [("If-Unmodified-Since", earlier)]),
            (200, [("If-Unmodified-Since", modified)]),
            (304, [("If-None-Match", tag), ("Range", "bytes=0-1")]),
        })
        {
            using var answer = await _site.SendAsync("/digits.txt", headers);
            Assert.True(status == (int)answer.StatusCode, $"{answer.StatusCode} for {string.Join("; ", headers)}");
            if (status == 304)
            {
                Assert.Equal(tag, answer.Headers.ETag?.ToString());
                Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
            }
        }
    }

    [Theory]
    [InlineData("bytes=0-0", "0", "bytes 0-0/10")]
    [InlineData("bytes=2-4", "234", "bytes 2-4/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=7-100", "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", "789", "bytes 7-9/10")]
    [InlineData("bytes=-100", "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=20-30,1-2", "12", "bytes 1-2/10")]
    public async Task A_part_is_sent(string range, string text, string contentRange)
    {
        using var answer = await _site.SendAsync("/digits.txt", ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal((text, contentRange, (long)text.Length), (await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentRange?.ToString(), answer.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=10-20,30-")]
    [InlineData("bytes=4-2")]
    [InlineData("bytes=a")]
    [InlineData("bytes=0-99999999999999999999")]
    public async Task A_part_that_there_is_not_is_refused(string range)
    {
        using var answer = await _site.SendAsync("/digits.txt", ("Range", range));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "bytes */10"), (answer.StatusCode, answer.Content.Headers.ContentRange?.ToString()));
        Assert.Equal((null, null), (answer.Headers.ETag, answer.Content.Headers.LastModified));
    }

    [Fact]
    public async Task Of_an_empty_file_there_are_no_parts()
    {
        using var answer = await _site.SendAsync("/empty.css", ("Range", "bytes=0-"));
        Assert.Equal((HttpStatusCode.OK, 0L), (answer.StatusCode, answer.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("lines=1-2")]
    [InlineData("bytes=")]
    [InlineData("0-2")]
    [InlineData("bytes=0-8,0-8")]
    [InlineData("bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,0-0,1-1,2-2,3-3,4-4,5-5,6-6")]
    public async Task What_is_no_use_as_a_range_gives_the_whole(string range)
    {
        using var answer = await _site.SendAsync("/digits.txt", ("Range", range));
        Assert.Equal((HttpStatusCode.OK, "0123456789"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Several_parts_are_sent_together()
    {
        using var answer = await _site.SendAsync("/digits.txt", ("Range", "bytes=0-1, 5-5, -2"));
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        var type = answer.Content.Headers.ContentType!;
        Assert.Equal("multipart/byteranges", type.MediaType);
        var boundary = type.Parameters.Single().Value;
        var body = Encoding.ASCII.GetString(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(answer.Content.Headers.ContentLength, body.Length);
        Assert.Equal(
            $"\r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
            + $"\r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-5/10\r\n\r\n5"
            + $"\r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89"
            + $"\r\n--{boundary}--\r\n",
            body);
    }

    [Fact]
    public async Task A_part_of_another_version_is_not_sent()
    {
        using var first = await _site.SendAsync("/digits.txt");
        var tag = first.Headers.ETag!.ToString();
        foreach (var (condition, status) in new[]
        {
            (tag, 206), ("W/" + tag, 200), ("\"x\"", 200), ("Mon, 06 May 2030 07:08:09 GMT", 206), ("Mon, 06 May 2030 07:08:10 GMT", 200), ("?", 200),
        })
        {
            using var answer = await _site.SendAsync("/digits.txt", ("Range", "bytes=0-1"), ("If-Range", condition));
            Assert.True(status == (int)answer.StatusCode, $"{answer.StatusCode} for {condition}");
        }
    }

    [Fact]
    public async Task A_new_version_of_the_same_length_has_another_tag()
    {
        using var first = await _site.SendAsync("/digits.txt");
        File.SetLastWriteTimeUtc(_folder.Write("digits.txt", "9876543210"), Written.AddMilliseconds(1));
        using var second = await _site.SendAsync("/digits.txt", ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal("9876543210", await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_large_file_arrives_whole()
    {
        var bytes = new byte[3_000_001];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(_folder.File("large.bin"), bytes);
        Assert.Equal(bytes, await _site.Visitor.GetByteArrayAsync("/large.bin"));
    }
}
