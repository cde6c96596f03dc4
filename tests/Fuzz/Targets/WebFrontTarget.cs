using System.Diagnostics.CodeAnalysis;
using System.Net;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Portal.Web.Access;
using Tunnel.Portal.Web.Caching;
using Tunnel.Portal.Web.Compression;
using Tunnel.Portal.Web.Files;
using Tunnel.Portal.Web.Import;
using Tunnel.Portal.Web.Import.Syntax;
using Tunnel.Portal.Web.Requests;
using Tunnel.Portal.Web.Responses;
using Tunnel.Portal.Web.Serving;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Fuzz.Targets;

/// <summary>What the web front reads itself, beside what Kestrel does: targets and headers of requests, texts of its configuration, nginx's configuration.</summary>
internal static class WebFrontTarget
{
    private const string Root = "/srv/www";
    private const int BodyLength = 1000;

    private static readonly TrustedProxies Proxies = new([CidrBlock.TryParse("10.0.0.0/8", out var block) ? block : throw new InvalidOperationException()]);

    public static FuzzTarget Create() => new("web", "the web front: paths, Host, Range, Authorization, Cache-Control, Accept-Encoding, forwarded addresses, templates, nginx's configuration",
    [
        new FuzzCase("path", RunPath)
        {
            Seeds = Texts.Bytes("/", "/a/../b/./c//d?x=1#f", "http://h:1/a%2Fb?y", "/%2e%2e/etc/passwd", "/a/%c3%a9%ff", "*"),
            Words = Texts.Bytes("..", "/../", "/./", "//", "%2e", "%2F", "%00", "%5c", "\\", "?", "#", "://", "%"),
            MaxLength = 2000,
        },
        new FuzzCase("host", RunHost) { Seeds = Texts.Bytes("Example.COM:80", "[2001:db8::1]:80", "a.", "..", ":80"), MaxLength = 300 },
        new FuzzCase("range", RunRange)
        {
            Seeds = Texts.Bytes("bytes=0-99", "bytes=-5,10-,999-1000", "bytes=5-4", "items=1-2"),
            Words = Texts.Bytes("bytes=", "-", ",", "0-0", "9223372036854775807", "9223372036854775808"),
            MaxLength = 600,
        },
        new FuzzCase("authorization", RunAuthorization)
        {
            Seeds = Texts.Bytes("Basic dXNlcjpwYXNz", "basic OnA=", "Basic /////w==", "Bearer x"),
            MaxLength = 1200,
        },
        new FuzzCase("cache-control", RunCacheControl)
        {
            Seeds = Texts.Bytes("public, max-age=60, s-maxage=\"10\", stale-if-error=99999999999999999999", "no-cache=\"a, b\\\"\", private, max-stale"),
            Words = Texts.Bytes("max-age=", "no-store", "\"", "\\", ",", "=", "must-revalidate", "only-if-cached", "min-fresh="),
            MaxLength = 1000,
        },
        new FuzzCase("accept-encoding", RunAcceptEncoding) { Seeds = Texts.Bytes("gzip, br;q=0.9, *;q=0", "identity;q=0, x-gzip"), MaxLength = 600 },
        new FuzzCase("forwarded", RunForwarded)
        {
            Seeds = Texts.Bytes("for=\"[2001:db8::1]:4711\";proto=http, for=10.1.2.3", "1.2.3.4, 10.0.0.1:80", "for=unknown"),
            Words = Texts.Bytes("for=", ",", ";", "\"", "[", "]", "::ffff:10.0.0.1", "10.0.0.1"),
            MaxLength = 2000,
        },
        new FuzzCase("template", RunTemplate)
        {
            Seeds = Texts.Utf8("https://$host$request_uri", "${http_x}y$1$$", "$nothing"),
            Words = Texts.Utf8("$", "${", "}", "http_", "args", "$9", "$10"),
            MaxLength = 400,
        },
        new FuzzCase("quantity", RunQuantity) { Seeds = Texts.Utf8("10", "1m30s", "2w", "10m", "1g", "1.5GiB", "0.5d"), MaxLength = 60 },
        new FuzzCase("nginx", RunNginx)
        {
            Seeds =
            [
                .. Samples(),
                .. Texts.Utf8(
                    "upstream a { server h:1 weight=2; server unix:/s; } server { listen 80; server_name a.example; location /b/ { proxy_pass http://a/c/; } location ~ \\.php$ { return 301 /x$1; } }",
                    "server { listen 443 ssl; root /w; try_files $uri $uri/ =404; gzip on; allow 10.0.0.0/8; deny all; limit_req zone=z burst=5; error_page 404 /e.html; }"),
            ],
            Words = Texts.Utf8("server", "location", " { ", " }", ";", "\n", "#", "\"", "'", "\\", "$uri", "include", "proxy_pass http://", "listen", "rewrite", "~*", "= /", "@a", "if ($a = b)", "99999999999d"),
            MaxLength = 6000,
            AllocationBase = 16 * 1024 * 1024,
            AllocationPerByte = 64 * 1024,
        },
    ]);

    private static IEnumerable<byte[]> Samples()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Samples", "nginx");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.conf").Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];
    }

    private static void RunPath(byte[] bytes, Observations observations)
    {
        var isPath = RequestPath.TryParse(Texts.Of(bytes), out var path);
        observations.Note(isPath);
        if (path is null)
        {
            return;
        }

        var segments = path.Bytes.Split('/');
        PropertyException.Require(path.Bytes.StartsWith('/') && path.Text.StartsWith('/') && path.RawUri.StartsWith('/'), "a path begins with a slash");
        PropertyException.Require(!segments.Contains("..", StringComparer.Ordinal) && !segments.Contains(".", StringComparer.Ordinal), "no dots are left");
        PropertyException.Require(!path.Bytes.Contains("//", StringComparison.Ordinal) && !path.Bytes.Contains('\0', StringComparison.Ordinal), "slashes are merged, and there is no NUL");
        var file = FilePath.Below(Root, path.Text);
        PropertyException.Require(file is not null && Path.GetFullPath(file).StartsWith(Root, StringComparison.Ordinal), "a file is below its root");
        PropertyException.Require(RequestPath.TryParse(UriEscape.Path(path.Bytes), out var again) && again.Bytes == path.Bytes, "what is escaped again is read again");
        observations.NoteSize(segments.Length);
        observations.Note(path.WasEscaped);
    }

    private static void RunHost(byte[] bytes, Observations observations)
    {
        var host = SiteTable.HostOf(Texts.Of(bytes));
        observations.NoteSize(host.Length);
        PropertyException.Require(!host.Any(char.IsAsciiLetterUpper), "a host is in lower case");
    }

    private static void RunRange(byte[] bytes, Observations observations)
    {
        var ranges = ByteRanges.Select(Texts.Of(bytes), BodyLength);
        observations.NoteSize(ranges?.Length ?? -1);
        foreach (var range in ranges ?? [])
        {
            PropertyException.Require(range is { From: >= 0, Length: > 0 } && range.From + range.Length <= BodyLength, "a part is within the whole");
        }
    }

    private static void RunAuthorization(byte[] bytes, Observations observations)
    {
        var isBasic = BasicCredentials.TryParse(Texts.Of(bytes), out var name, out var password);
        observations.Note(isBasic);
        PropertyException.Require(isBasic == (name is not null) && isBasic == (password is not null), "both or neither");
        PropertyException.Require(name?.Contains(':', StringComparison.Ordinal) != true, "a name has no colon");
    }

    private static void RunCacheControl(byte[] bytes, Observations observations)
    {
        var directives = CacheDirectives.Parse(Texts.Of(bytes));
        observations.Note(directives.ToString());
        foreach (var time in (TimeSpan?[])[directives.MaxAge, directives.SharedMaxAge, directives.MinFresh, directives.MaxStale, directives.StaleIfError])
        {
            PropertyException.Require(time is null || time >= TimeSpan.Zero, "no time is negative");
        }
    }

    private static void RunAcceptEncoding(byte[] bytes, Observations observations) => observations.Note(ContentCodings.Choose(Texts.Of(bytes)));

    private static void RunForwarded(byte[] bytes, Observations observations)
    {
        var text = Texts.Of(bytes);
        foreach (var chain in (string?[])[text, TrustedProxies.ChainOf(text)])
        {
            var visitor = Proxies.VisitorOf(chain);
            observations.Note(visitor is not null);
            PropertyException.Require(visitor is null || IPAddress.TryParse(visitor.Address.ToString(), out _), "a visitor has an address");
        }
    }

    private static void RunTemplate(byte[] bytes, Observations observations)
    {
        var text = Texts.Of(bytes);
        var isTemplate = WebTemplate.TryParse(text, out var template, out var error);
        observations.Note(error);
        PropertyException.Require(isTemplate == (error is null) && error?.AsSpan().ContainsAny('\r', '\n') != true, "what is no template says why, in one line");
        PropertyException.Require(template is null || template.Parts.Where(static part => part.Variable == WebVariable.None).All(part => text.Contains(part.Text, StringComparison.Ordinal)), "text is what was written");
        observations.NoteSize(template?.Parts.Length ?? -1);
    }

    private static void RunQuantity(byte[] bytes, Observations observations)
    {
        var text = Texts.Of(bytes);
        var isTime = WebTimeField.TryParse(text, out var time);
        var isSize = WebSizeField.TryParse(text, out var size);
        observations.Note(isTime);
        observations.Note(isSize);
        PropertyException.Require(!isTime || time >= TimeSpan.Zero, "a time is not negative");
        PropertyException.Require(!isSize || size >= 0, "a size is not negative");
    }

    private static void RunNginx(byte[] bytes, Observations observations)
    {
        var result = NginxImport.Run(OneFile.Path, new OneFile(Texts.Of(bytes)), via: bytes.Length % 2 == 0 ? "home" : null);
        PropertyException.Require(result.Json is null == result.Problem is not null, "there is a configuration, or a problem");
        PropertyException.Require(result.Remarks.All(static remark => remark.Place.Line > 0 && !remark.ToString().Any(char.IsControl)), "a remark has a place, and is one line");
        observations.Note(result.Problem?.ToString());
        observations.NoteSize(result.Remarks.Length);
        if (result.Json is not null)
        {
            foreach (var problem in ConfigLoader.LoadText("f", System.Text.Encoding.UTF8.GetBytes(result.Json)).Problems)
            {
                observations.Note(problem.Message);
            }
        }
    }

    /// <summary>The file that is read, and none beside it.</summary>
    private sealed class OneFile(string content) : INginxFiles
    {
        public const string Path = "/etc/nginx/nginx.conf";

        public bool Exists(string path) => path == Path;

        public IReadOnlyList<string> Match(string pattern) => pattern == Path ? [Path] : [];

        public bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
        {
            (text, error) = path == Path ? (content, (string?)null) : (null, "the file cannot be read");
            return text is not null;
        }
    }
}
