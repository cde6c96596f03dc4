using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Files;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing;

namespace Tunnel.Portal.Tests.Web.Files;

public sealed class StaticFilesTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly string _root;

    public StaticFilesTests()
    {
        _root = _folder.MakeDirectory("root");
        _folder.Write("secret.txt", "secret");
        _folder.MakeDirectory("root/dir/sub");
        _folder.MakeDirectory("root/empty");
        _folder.Write("root/index.html", "home");
        _folder.Write("root/about.html", "about");
        _folder.Write("root/dir/index.html", "dir");
        _folder.Write("root/dir/sub/a b%.txt", "odd");
        _folder.Write("root/.hidden", "hidden");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/", 200, "home")]
    [InlineData("/about.html", 200, "about")]
    [InlineData("/dir/", 200, "dir")]
    [InlineData("/dir/sub/a%20b%25.txt", 200, "odd")]
    [InlineData("/.hidden", 200, "hidden")]
    [InlineData("/about.html/", 404, null)]
    [InlineData("/none", 404, null)]
    [InlineData("/none/", 404, null)]
    [InlineData("/empty/", 403, null)]
    [InlineData("/about.html/x", 404, null)]
    public async Task Files_and_folders_are_served_as_nginx_does(string uri, int status, string? text)
    {
        await using var site = await SiteAsync();
        using var answer = await site.SendAsync(uri);
        Assert.Equal(status, (int)answer.StatusCode);
        if (text is not null)
        {
            Assert.Equal(text, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_a_file_is_not_found()
    {
        await using var site = await SiteAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await site.SendAsync("/" + new string('x', 5000))).StatusCode);
    }

    [Theory]
    [InlineData("/dir", "/dir/")]
    [InlineData("/dir?a=b&c", "/dir/?a=b&c")]
    [InlineData("/dir/sub", "/dir/sub/")]
    public async Task A_folder_without_its_slash_is_redirected(string uri, string location)
    {
        await using var site = await SiteAsync();
        using var answer = await site.SendAsync(uri);
        Assert.Equal((HttpStatusCode.MovedPermanently, location), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_redirect_never_names_another_host()
    {
        _folder.MakeDirectory("root/evil.example/x");
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "//evil.example/x" } };
        await Files().Around(_ => Task.CompletedTask)(context);
        Assert.Equal("/evil.example/x/", context.Response.Headers.Location.ToString());
    }

    [Theory]
    [InlineData("/../secret.txt")]
    [InlineData("/dir/../../secret.txt")]
    [InlineData("/..")]
    [InlineData("/./about.html")]
    [InlineData("/dir/..")]
    [InlineData("/link/../secret.txt")]
    [InlineData("/about.html\0.png")]
    [InlineData("secret.txt")]
    [InlineData("/..%2fsecret.txt")]
    [InlineData("/..\\secret.txt")]
    public async Task Nothing_outside_the_root_is_served(string path)
    {
        // As if nobody had normalised the path before.
        Directory.CreateSymbolicLink(_folder.File("root/link"), _folder.MakeDirectory("elsewhere"));
        foreach (var tryFiles in (ImmutableArray<string>[])[["$uri", "$uri/", "=404"], ["$uri", "$uri"], ["/dir$uri", "/dir$uri/", "=404"]])
        {
            var context = new DefaultHttpContext { Request = { Method = "GET" } };
            await new StaticFiles(Route() with { TryFiles = tryFiles }, (_, template) => template.Text.Replace("$uri", path, StringComparison.Ordinal))
                .Around(_ => Task.CompletedTask)(context);
            Assert.Equal(404, context.Response.StatusCode);
        }
    }

    [Fact]
    public async Task A_link_below_the_root_is_followed_as_nginx_does()
    {
        File.CreateSymbolicLink(_folder.File("root/linked.css"), _folder.Write("outside.bin", "12345678"));
        Directory.CreateSymbolicLink(_folder.File("root/shared"), _folder.MakeDirectory("uploads"));
        _folder.Write("uploads/x.txt", "x");
        File.CreateSymbolicLink(_folder.File("root/loop"), _folder.File("root/loop"));
        await using var site = await SiteAsync();
        using var linked = await site.SendAsync("/linked.css");
        Assert.Equal(("12345678", "text/css", 8L), (await linked.Content.ReadAsStringAsync(), linked.Content.Headers.ContentType?.ToString(), linked.Content.Headers.ContentLength));
        Assert.Equal("x", await site.Visitor.GetStringAsync("/shared/x.txt"));
        Assert.Equal(HttpStatusCode.NotFound, (await site.SendAsync("/loop")).StatusCode);
    }

    [Fact]
    public async Task A_named_pipe_holds_nobody_up()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", _folder.File("root/pipe")))
        {
            await made.WaitForExitAsync();
        }

        await using var site = await SiteAsync();
        using var answer = await site.SendAsync("/pipe").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_first_index_that_is_there_is_served()
    {
        _folder.Write("root/dir/sub/home.htm", "home");
        await using var site = await SiteAsync(Route() with { Index = ["index.html", "home.htm", "a b%.txt"] });
        Assert.Equal("home", await site.Visitor.GetStringAsync("/dir/sub/"));
    }

    [Theory]
    [InlineData("/", "home")]
    [InlineData("/about", "about")]
    [InlineData("/about.html", "about")]
    [InlineData("/dir", "dir")]
    [InlineData("/articles/", "forwarded")]
    [InlineData("/empty", "forwarded")]
    public async Task What_is_no_file_is_forwarded(string uri, string text)
    {
        // The example of an application behind files.
        await using var site = await SiteAsync(Route() with { TryFiles = ["$uri/index.html", "$uri.html", "$uri", "@to"] });
        Assert.Equal(text, await site.Visitor.GetStringAsync(uri));
    }

    [Fact]
    public async Task Another_status_ends_the_list()
    {
        await using var site = await SiteAsync(Route() with { TryFiles = ["$uri", "=410"] });
        Assert.Equal(HttpStatusCode.Gone, (await site.SendAsync("/none")).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await site.SendAsync("/dir/")).StatusCode);
    }

    [Fact]
    public async Task Another_uri_ends_the_list()
    {
        await using var site = await SiteAsync(Route() with { TryFiles = ["$uri", "/index.html"] });
        Assert.Equal("home", await site.Visitor.GetStringAsync("/some/view"));
    }

    [Fact]
    public async Task Another_uri_is_taken_through_the_routes_again()
    {
        RequestDelegate? again = null;
        var files = new StaticFiles(Route() with { TryFiles = ["$uri", "/about.html?q=1"] }, Expand, context => again!(context));
        again = context => context.Response.WriteAsync(context.Request.Path + context.Request.QueryString);
        await using var site = await TestSite.StartAsync(files.Around(_ => Task.CompletedTask));
        Assert.Equal("/about.html?q=1", await site.Visitor.GetStringAsync("/none?x=2"));
        files = new StaticFiles(Route() with { TryFiles = ["$uri", "/about.html"] }, Expand, context => again!(context));
        await using var other = await TestSite.StartAsync(files.Around(_ => Task.CompletedTask));
        Assert.Equal("/about.html", await other.Visitor.GetStringAsync("/none?x=2"));
    }

    [Fact]
    public async Task A_circle_of_uris_is_an_error()
    {
        RequestDelegate? again = null;
        var files = new StaticFiles(Route() with { TryFiles = ["$uri", "/none"] }, Expand, context => again!(context)).Around(_ => Task.CompletedTask);
        again = files;
        await using var site = await TestSite.StartAsync(files);
        Assert.Equal(HttpStatusCode.InternalServerError, (await site.SendAsync("/x")).StatusCode);
    }

    [Theory]
    [InlineData("POST", "/about.html", 405)]
    [InlineData("DELETE", "/about.html", 405)]
    [InlineData("POST", "/none", 404)]
    [InlineData("POST", "/dir", 301)]
    [InlineData("POST", "/dir/", 405)]
    [InlineData("DELETE", "/dir", 405)]
    public async Task Files_are_only_read(string method, string uri, int status)
    {
        await using var site = await SiteAsync();
        Assert.Equal(status, (int)(await site.SendAsync(new HttpMethod(method), uri)).StatusCode);
        Assert.True(File.Exists(_folder.File("root/about.html")));
    }

    private static string Expand(HttpContext context, WebTemplate template) =>
        template.Text.Replace("$uri", context.Request.Path.Value, StringComparison.Ordinal);

    private WebRoute Route() => new() { Root = _root, TryFiles = ["$uri", "$uri/", "=404"] };

    private StaticFiles Files() => new(Route(), Expand);

    private Task<TestSite> SiteAsync(WebRoute? route = null) =>
        TestSite.StartAsync(new StaticFiles(route ?? Route(), Expand).Around(context => context.Response.WriteAsync("forwarded")));
}
