using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Configuration;

namespace Tunnel.Fuzz.Targets;

/// <summary>Configuration files.</summary>
internal static class ConfigTarget
{
    private static readonly string[] Names =
    [
        "inbounds", "outbounds", "routing", "rules", "balancers", "reverse", "bridges", "portals", "policy", "log", "observatory", "settings", "streamSettings", "tlsSettings", "wsSettings", "sockopt",
        "sniffing", "protocol", "port", "listen", "tag", "domain", "dial", "to", "public", "users", "accounts", "servers", "vnext", "network", "security", "certificates", "clients", "levels", "limits",
        "sites", "hosts", "routes", "path", "to", "via", "url", "host", "weight", "verify", "requestHeaders", "responseHeaders", "forwarded", "root", "cache", "size", "defaultFor", "staleIfError", "compress",
        "auth", "realm", "rate", "perSecond", "burst", "hsts", "redirect", "redirectToHttps", "answer", "status", "health", "interval", "maxFails", "failTimeout", "connectTimeout", "answerTimeout", "balance",
        "maxBody", "errorPages", "accessLog", "format",
    ];

    private static readonly string[] Values =
        ["dokodemo-door", "freedom", "vmess", "tunnel", "socks", "http", "blackhole", "tcp", "ws", "tls", "none", "tunnel://k@h:1", "0.0.0.0:80", "unix:/a", "field", "regexp:a", "ext:x", "1-2", "10s",
        "web", "*.example", "~^/a", "= /", "http://unix:/a:/b", "h2c://h:1/x/", "$http_a", "${uri}", "$1", "2w", "9999999999d", "1e9", "9999999999g", "=404", "@to"];

    public static FuzzTarget Create() => new("config", "configuration files: JSON with comments, all fields, the short form, what 'check --expand' prints",
    [
        new FuzzCase("file", static (bytes, observations) => Run(bytes, observations))
        {
            Seeds = [.. Samples()],
            Words = [.. Names.Select(static name => Texts.Utf8($"\"{name}\":")[0]), .. Texts.Utf8([.. Values.Select(static value => $"\"{value}\"")]), .. Texts.Utf8("{", "}", "[", "]", ",", "/*", "*/", "//", "null", "true", "1e400", "\"\\ud800\"", "[[[[", "{\"a\":{\"a\":")],
            MaxLength = 8 * 1024,
            AllocationBase = 8 * 1024 * 1024,
            AllocationPerByte = 8 * 1024,
        },
    ]);

    private static IEnumerable<byte[]> Samples()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Samples");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.jsonc", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            : [];
    }

    private static void Run(byte[] bytes, Observations observations)
    {
        var strict = bytes.Length % 2 == 0;
        var result = ConfigLoader.LoadText("f", bytes, strict);
        PropertyException.Require(result.HasErrors == result.Problems.Any(static problem => problem.Severity == ConfigSeverity.Error), "there is a configuration, or an error");
        foreach (var problem in result.Problems)
        {
            PropertyException.Require(problem is { Line: > 0, Column: > 0 } && !problem.ToString().AsSpan().ContainsAny('\r', '\n'), "a problem has a place, and is told in one line");
        }

        observations.Note(result.HasErrors);
        observations.Note(result.Problems.FirstOrDefault()?.Message);
        if (result.Config is { } config)
        {
            // With secrets masked it may not load, but it is always one that can be looked at.
            var expanded = ConfigWriter.Expand(config);
            observations.Note(ConfigLoader.LoadText("f", expanded).HasErrors);
        }
    }
}
