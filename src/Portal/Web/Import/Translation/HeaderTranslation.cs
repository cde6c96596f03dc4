using System.Buffers;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>proxy_set_header</c>, <c>proxy_hide_header</c> and <c>add_header</c>.</summary>
internal static class HeaderTranslation
{
    /// <summary>RFC 9110, section 5.6.2.</summary>
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What nginx has to be told so that WebSockets and connections that stay open work; here they do.</summary>
    private static readonly string[] NotNeeded = ["upgrade", "connection", "keep-alive", "proxy-connection"];

    /// <summary>They say where a message ends.</summary>
    private static readonly string[] Framing = ["content-length", "transfer-encoding", "trailer", "te", "expect"];

    /// <summary>What <c>"forwarded": true</c>, the default, tells targets anyway.</summary>
    private static readonly (string Name, string[] Values)[] Forwarded =
    [
        ("x-forwarded-for", ["$proxy_add_x_forwarded_for", "$remote_addr"]),
        ("x-real-ip", ["$remote_addr"]),
        ("x-forwarded-proto", ["$scheme"]),
        ("x-forwarded-host", ["$host", "$http_host", "$host:$server_port"]),
        ("x-forwarded-port", ["$server_port"]),
    ];

    /// <summary>Sets <c>host</c> and <c>requestHeaders</c>.</summary>
    /// <param name="scope">The location's.</param>
    /// <param name="prefix"><c>proxy</c> or <c>grpc</c>.</param>
    /// <param name="upstream">The upstream's name, which is the Host that nginx sends by default; null for a host, which is our default.</param>
    /// <param name="captures">Whether the location is a regexp.</param>
    /// <param name="route">Takes the fields.</param>
    /// <param name="context">The translation's.</param>
    public static void Requests(Scope scope, string prefix, string? upstream, bool captures, JsonObject route, ImportContext context)
    {
        var headers = new JsonObject();
        var host = upstream;
        var directives = scope.Nearest($"{prefix}_set_header");
        context.Spend(directives.Length);
        foreach (var directive in directives)
        {
            if (directive.Parameters is not [var name, var value])
            {
                context.Report.Remark(directive, "expected a name and a value; it is left out");
            }
            else if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                host = Host(directive, value, host, scope, captures, context.Report);
            }
            else if (!IsForwarded(name, value) && !NotNeeded.Contains(name.ToLowerInvariant()) && !IsUnchanged(name, value))
            {
                Set(headers, directive, name, value, scope, captures, context);
            }
        }

        if (host is not null)
        {
            route["host"] = host;
        }

        if (headers.Count > 0)
        {
            route["requestHeaders"] = headers;
        }
    }

    /// <summary>Sets <c>responseHeaders</c>.</summary>
    public static void Responses(Scope scope, bool captures, JsonObject route, ImportContext context)
    {
        var headers = new JsonObject();
        var added = scope.Nearest("add_header");
        var hidden = scope.Nearest("proxy_hide_header");
        context.Spend(added.Length + hidden.Length);
        foreach (var directive in hidden)
        {
            if (directive.Parameters is [var name] && IsName(name))
            {
                headers[Same(headers, name) ?? name] = null;
            }
            else
            {
                context.Report.Remark(directive, "expected the name of a header; it is left out");
            }
        }

        foreach (var directive in added)
        {
            if (directive.Parameters is not ([_, _] or [_, _, "always"]))
            {
                context.Report.Remark(directive, "expected a name and a value; it is left out");
            }
            else if (directive.Parameters[1].Length > 0)
            {
                Set(headers, directive, directive.First, directive.Parameters[1], scope, captures, context);
            }
        }

        if (headers.Count > 0)
        {
            route["responseHeaders"] = headers;
        }
    }

    private static string? Host(NginxDirective directive, string value, string? otherwise, Scope scope, bool captures, ImportReport report)
    {
        switch (value)
        {
            case "$http_host" or "$host:$server_port":
                return "$visited";
            case "$proxy_host":
                return otherwise;
        }

        var host = scope.Variables.Translate(value, captures, out var unknown);
        if (host is { Length: > 0 } && !host.Any(static character => character is <= ' ' or > '~' or '/' or '?' or '#' or '@' or ','))
        {
            return host;
        }

        report.Remark(directive, host is null ? Unknown(unknown) : "this cannot be a Host; it is left out");
        return otherwise;
    }

    private static void Set(JsonObject headers, NginxDirective directive, string name, string value, Scope scope, bool captures, ImportContext context)
    {
        var report = context.Report;
        context.Spend(headers.Count);
        var ours = scope.Variables.Translate(value, captures, out var unknown);
        if (ours is null)
        {
            report.Remark(directive, Unknown(unknown));
        }
        else if (!IsName(name) || ours.Any(static character => character is < ' ' or > '~'))
        {
            report.Remark(directive, "this cannot be a header here: names are tokens, values printable ASCII; it is left out");
        }
        else if (Framing.Contains(name.ToLowerInvariant()) || NotNeeded.Contains(name.ToLowerInvariant()))
        {
            report.Remark(directive, "this header belongs to each connection and is set as it has to be; it is left out");
        }
        else if (Same(headers, name) is { } same && headers[same] is not null)
        {
            report.Remark(directive, "a header of this name is set already, and can have one value here; this one is left out");
        }
        else
        {
            headers[Same(headers, name) ?? name] = ours.Length == 0 ? null : JsonValue.Create(ours);
        }
    }

    private static string Unknown(string variable) =>
        $"there is no variable {variable} here; it is left out (there are $host, $http_NAME, $remote_addr, $remote_port, $remote_user, $scheme, $server_port, $request_uri, $uri, $args and some more)";

    private static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Token);

    private static bool IsForwarded(string name, string value) =>
        Forwarded.Any(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && known.Values.Contains(value));

    /// <summary>Handing on what the visitor sent is what happens without a word.</summary>
    private static bool IsUnchanged(string name, string value) =>
        value.Equals("$http_" + name.Replace('-', '_'), StringComparison.OrdinalIgnoreCase);

    /// <summary>The name as it stands there already; names of headers know no case.</summary>
    private static string? Same(JsonObject headers, string name) =>
        headers.Select(static pair => pair.Key).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
}
