using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Portal.Web.Compression;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing;

namespace Tunnel.Portal.Tests.Web.Compression;

public sealed class ResponseCompressionTests
{
    private static readonly string Page = string.Concat(Enumerable.Range(0, 2000).Select(static number => $"line {number}\n"));

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_page_is_compressed(string coding)
    {
        await using var site = await SiteAsync(static context => WriteAsync(context, Page));
        using var answer = await site.SendAsync("/", ("Accept-Encoding", coding));
        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal("Accept-Encoding", answer.Headers.Vary.Single());
        Assert.Null(answer.Content.Headers.ContentLength);
        Assert.Equal("W/\"1\"", answer.Headers.ETag?.ToString());
        Assert.Empty(answer.Headers.AcceptRanges);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(bytes.Length < Page.Length / 3, $"{bytes.Length} bytes");
        Assert.Equal(Page, await new StreamReader(Decompressed(new MemoryStream(bytes), coding)).ReadToEndAsync());
    }

    [Fact]
    public async Task Who_does_not_like_it_gets_the_page_as_it_is()
    {
        await using var site = await SiteAsync(static context => WriteAsync(context, Page));
        using var answer = await site.SendAsync("/");
        Assert.Equal(Page, await answer.Content.ReadAsStringAsync());
        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Equal(("Accept-Encoding", "\"1\"", (long?)Page.Length), (answer.Headers.Vary.Single(), answer.Headers.ETag?.ToString(), answer.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("Content-Type", "image/png")]
    [InlineData("Content-Encoding", "zstd")]
    [InlineData("Content-Range", "bytes 0-1/20")]
    [InlineData("Cache-Control", "public, no-transform")]
    public async Task What_would_not_get_smaller_or_must_not_change_is_left(string name, string value)
    {
        await using var site = await SiteAsync(async context =>
        {
            context.Response.ContentType = "text/html";
            context.Response.Headers[name] = value;
            await context.Response.WriteAsync(Page);
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        Assert.Equal(Page, await answer.Content.ReadAsStringAsync());
        Assert.Empty(answer.Headers.Vary);
    }

    [Theory]
    [InlineData(206)]
    [InlineData(204)]
    [InlineData(304)]
    public async Task A_part_or_nothing_is_left(int status)
    {
        await using var site = await SiteAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html";
            return status == 206 ? context.Response.WriteAsync(Page) : Task.CompletedTask;
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_small_page_is_left()
    {
        await using var site = await SiteAsync(static context => WriteAsync(context, "small"));
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        Assert.Equal("small", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Vary_is_said_once_and_errors_are_compressed_too()
    {
        await using var site = await SiteAsync(static async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Headers.Vary = "Origin, accept-encoding";
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(Page);
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        Assert.Equal(["Origin", "accept-encoding"], answer.Headers.Vary);
        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task Head_says_what_get_would_vary_by()
    {
        await using var site = await SiteAsync(static context =>
        {
            context.Response.ContentType = "text/html";
            context.Response.ContentLength = Page.Length;
            return Task.CompletedTask;
        });
        using var answer = await site.SendAsync(HttpMethod.Head, "/", ("Accept-Encoding", "gzip"));
        Assert.Equal("Accept-Encoding", answer.Headers.Vary.Single());
        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task No_body_stays_no_body()
    {
        await using var site = await SiteAsync(static context =>
        {
            context.Response.ContentType = "text/html";
            return Task.CompletedTask;
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("br", true)]
    [InlineData("gzip", true)]
    [InlineData("br", false)]
    [InlineData("gzip", false)]
    public async Task Events_arrive_one_by_one(string coding, bool byFlush)
    {
        // Each event is written only when the one before has arrived.
        using var next = new SemaphoreSlim(1);
        await using var site = await SiteAsync(
            async context =>
            {
                context.Response.ContentType = "text/event-stream";
                if (!byFlush)
                {
                    context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
                }

                for (var number = 0; number < 5; number++)
                {
                    await next.WaitAsync(context.RequestAborted);
                    await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes($"data: {number}\n"), context.RequestAborted);
                    if (byFlush)
                    {
                        await context.Response.Body.FlushAsync(context.RequestAborted);
                    }
                }
            },
            "text/event-stream");
        using var answer = await site.SendAsync("/", ("Accept-Encoding", coding));
        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.Single());
        using var reader = new StreamReader(Decompressed(await answer.Content.ReadAsStreamAsync(), coding));
        for (var number = 0; number < 5; number++)
        {
            Assert.Equal($"data: {number}", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            next.Release();
        }

        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task What_is_written_through_the_pipe_is_compressed()
    {
        await using var site = await SiteAsync(static async context =>
        {
            context.Response.ContentType = "text/html";
            for (var line = 0; line < 1000; line++)
            {
                Encoding.ASCII.GetBytes("hello world\n").CopyTo(context.Response.BodyWriter.GetMemory(16));
                context.Response.BodyWriter.Advance(12);
            }

            await context.Response.CompleteAsync();
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        var text = await new StreamReader(Decompressed(await answer.Content.ReadAsStreamAsync(), "gzip")).ReadToEndAsync();
        Assert.Equal(12_000, text.Length);
    }

    [Fact]
    public async Task A_file_is_compressed()
    {
        using var folder = new TempDirectory();
        var file = folder.Write("page.txt", Page);
        await using var site = await SiteAsync(async context =>
        {
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = Page.Length;
            await context.Response.SendFileAsync(file);
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "br"));
        Assert.Equal(Page, await new StreamReader(Decompressed(await answer.Content.ReadAsStreamAsync(), "br")).ReadToEndAsync());
    }

    [Fact]
    public async Task An_answer_that_breaks_off_does_not_look_whole()
    {
        await using var site = await SiteAsync(static async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(Page);
            await context.Response.Body.FlushAsync();
            throw new IOException("The target is gone.");
        });
        using var answer = await site.SendAsync("/", ("Accept-Encoding", "gzip"));
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync());
    }

    private static Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = text.Length;
        context.Response.Headers.ETag = "\"1\"";
        context.Response.Headers.AcceptRanges = "bytes";
        return context.Response.WriteAsync(text);
    }

    private static Stream Decompressed(Stream stream, string coding) =>
        coding == "br" ? new BrotliStream(stream, CompressionMode.Decompress) : new GZipStream(stream, CompressionMode.Decompress);

    private static Task<TestSite> SiteAsync(RequestDelegate handler, params string[] types) =>
        TestSite.StartAsync(new ResponseCompression(types.Length == 0 ? new WebCompression() : new WebCompression { MediaTypes = [.. types] }).Around(handler));
}
