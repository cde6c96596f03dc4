using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Tests.Architecture;
using Tunnel.Portal.Web.Import;
using Tunnel.Portal.Web.Import.Syntax;
using Tunnel.Testing;

namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>Whatever a file holds: no exception, no hang, and either a problem with its place or a result that our loader knows all of.</summary>
public sealed class ImportPropertyTests
{
    private static readonly string[] Pieces =
    [
        "server", "location", "http", "upstream", "listen", "server_name", "root", "alias", "index", "try_files", "proxy_pass", "proxy_set_header", "add_header", "return", "rewrite",
        "if", "set", "allow", "deny", "limit_req", "limit_req_zone", "proxy_cache", "proxy_cache_path", "gzip", "gzip_types", "auth_basic", "access_log", "error_page", "ssl_certificate",
        "ssl_certificate_key", "include", "grpc_pass", "internal", "map", "set_real_ip_from", "real_ip_header", "client_max_body_size", "proxy_read_timeout", "expires", "fastcgi_pass",
        " ", " ", " ", ";", ";", "{", "}", "\n", "#", "\"", "'", "\\", "$", "${", "=", "~", "~*", "^~", "@", "@a", "/", "/a/", "80", "443", "ssl", "default_server", "on", "off", "all",
        "http://", "https://h/", "http://a", "unix:/s", "$uri", "$1", "$host", "301", "200", "404", "10r/s", "zone=a:1m", "zone=a", "10.0.0.0/8", "::/0", "=404", "^/(.*)$", "(", "[", "é", "\u0001",
    ];

    [Fact]
    public void Anything_is_read_or_refused() =>
        Prop.ForAll(Gen.Elements(Pieces).ListOf().Select(string.Concat).ToArbitrary(), Check).QuickCheckThrowOnFailure();

    [Fact]
    public void A_tree_of_any_directives_is_translated()
    {
        var word = Gen.Elements(Pieces.Where(static piece => piece.Trim().Length > 0 && !piece.Any(static character => ";{}#\"'\\\n".Contains(character, StringComparison.Ordinal))).ToArray());
        var simple =
            from name in word
            from parameters in Gen.ListOf(word)
            select $"{name} {string.Join(' ', parameters.Take(3))};";
        var location =
            from path in Gen.Elements("/", "/a/", "= /a", "^~ /b", "~ ^/(.*)$", "@a", "/a/b")
            from block in Gen.ListOf(simple)
            select $"location {path} {{ {string.Concat(block)} }}";
        var server =
            from listen in Gen.Elements("", "listen 80;", "listen 443 ssl;", "listen [::]:80 default_server;", "listen unix:/s;")
            from block in Gen.ListOf(simple)
            from locations in Gen.ListOf(location)
            select $"server {{ {listen} {string.Concat(block)} {string.Concat(locations)} }}";
        Prop.ForAll(server.ListOf().Select(static servers => $"upstream a {{ server h; }} {string.Concat(servers)}").ToArbitrary(), Check).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_sample_cut_or_changed_anywhere_is_read_or_refused()
    {
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Portal.Tests", "Web", "Import", "Samples", "everyday.conf"));
        for (var end = 0; end < sample.Length; end += 37)
        {
            Check(sample[..end]);
        }

        var changed =
            from at in Gen.Choose(0, sample.Length - 1)
            from length in Gen.Choose(0, 40)
            from piece in Gen.Elements(Pieces)
            select string.Concat(sample.AsSpan(0, at), piece, sample.AsSpan(Math.Min(sample.Length, at + length)));
        Prop.ForAll(changed.ToArbitrary(), Check).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("server { listen 80; root /w; REPEAT }", "location /{0} {{ }} deny 10.0.0.1;", 20_000)]
    [InlineData("server { listen 80; root /w; REPEAT }", "location ~ ^/{0}/(a+)+$ {{ return 301 /$1; }}", 5_000)]
    [InlineData("REPEAT server { listen 80; location / { proxy_pass http://u; } }", "upstream u{0} {{ server h{0}; }}", 50_000)]
    [InlineData("server { root /w; REPEAT }", "listen {0};", 65_535)]
    [InlineData("REPEAT", "server {{ listen 80; server_name n{0} n; root /w; }}", 20_000)]
    [InlineData("server { listen 80; root /w; REPEAT deny all; }", "allow 10.0.0.0/8; deny 10.0.{0}.0/24;", 50_000)]
    [InlineData("server { listen 80; set $a 1; REPEAT }", "rewrite ^/{0}$ /x permanent;", 50_000)]
    public void Much_of_anything_is_over_soon(string around, string item, int count)
    {
        var repeated = new StringBuilder();
        count = FullRun.IsAsked ? count : count / 5;
        for (var number = 1; number <= count; number++)
        {
            repeated.AppendFormat(item, number % 250 == 0 || !item.Contains("10.0.{0}", StringComparison.Ordinal) ? number : number % 250);
        }

        var watch = Stopwatch.StartNew();
        var result = Importing.Run(around.Replace("REPEAT", repeated.ToString(), StringComparison.Ordinal));

        Assert.True(result.Problem is not null || result.Json!.Length < 100_000_000);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), watch.Elapsed.ToString());
    }

    private static void Check(string text)
    {
        var result = NginxImport.Run(MemoryFiles.Main, new MemoryFiles((MemoryFiles.Main, text)));

        Assert.Equal(result.Json is null, result.Problem is not null);
        Assert.True(result.Problem is null || result.Problem.Place.Line > 0);
        Assert.All(result.Remarks, static remark => Assert.True(remark.Place.Line > 0 && !remark.ToString().Any(char.IsControl)));
        if (result.Json is not null && result.Json.Contains("\"sites\"", StringComparison.Ordinal))
        {
            Assert.DoesNotContain(Importing.Complaints(result.Json), static complaint => !complaint.Contains("certificate", StringComparison.Ordinal));
        }
    }
}
