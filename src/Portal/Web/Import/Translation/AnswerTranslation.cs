using System.Globalization;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>return</c>: redirects and fixed answers.</summary>
internal static class AnswerTranslation
{
    private const int Found = 302;
    private const int MovedPermanently = 301;
    private const int PermanentRedirect = 308;
    private const int Forbidden = 403;

    /// <summary>nginx's own: it closes the connection without a word.</summary>
    private const int NoResponse = 444;

    private static readonly int[] Redirects = [301, 302, 303, 307, 308];

    /// <summary>Status and text of a <c>return</c>; no status where it is none of nginx's.</summary>
    public static (int? Status, string? Text) Read(NginxDirective directive) => directive.Parameters switch
    {
        [var code] when int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) => (status, null),
        [var url] => (Found, url),
        [var code, var text] when int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) => (status, text),
        _ => (null, null),
    };

    public static bool IsRedirect(int? status) => status is { } code && Redirects.Contains(code);

    /// <summary>
    /// Whether a permanent redirect says no more than "the same over https": then the site's <c>redirectToHttps</c> does it. The port,
    /// or null where it is another redirect.
    /// </summary>
    /// <param name="status">The redirect's.</param>
    /// <param name="url">Where to, as nginx has it.</param>
    /// <param name="hosts">The names that it is for.</param>
    public static int? HttpsPort(int? status, string? url, IReadOnlyCollection<string> hosts)
    {
        const string Https = "https://";
        if (status is not (MovedPermanently or PermanentRedirect) || url?.StartsWith(Https, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var rest = url[Https.Length..];
        var end = rest.EndsWith("$request_uri", StringComparison.Ordinal) ? rest.Length - "$request_uri".Length
            : rest.EndsWith("$uri$is_args$args", StringComparison.Ordinal) ? rest.Length - "$uri$is_args$args".Length : -1;
        if (end < 0)
        {
            return null;
        }

        var parts = rest[..end].Split(':');
        var port = 443;
        var same = parts[0] is "$host" or "$http_host" || (hosts.Count == 1 && (parts[0] == "$server_name" || hosts.Contains(parts[0], StringComparer.OrdinalIgnoreCase)));
        return same && (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535))
            ? port
            : null;
    }

    /// <summary>Sets <c>redirect</c>, or <c>status</c> and <c>answer</c>; closes the route, with a remark, where there is no counterpart.</summary>
    public static void Translate(NginxDirective directive, int? status, string? text, Scope scope, bool captures, JsonObject route, ImportReport report)
    {
        var unknown = string.Empty;
        var ours = text is null ? null : scope.Variables.Translate(text, captures, out unknown);
        if (text is not null && ours is null)
        {
            Close(directive, $"there is no variable {unknown} here", route, report);
        }
        else if (IsRedirect(status) && ours is not null)
        {
            Redirect(directive, status!.Value, ours, route, report);
        }
        else if (status == NoResponse)
        {
            route["status"] = Forbidden;
            report.Remark(directive, "444 closes the connection without an answer; here it is 403");
        }
        else if (status is null or < 200 or > 599)
        {
            Close(directive, "expected a status from 200 to 599, or where to go", route, report);
        }
        else
        {
            route["status"] = status;
            if (!string.IsNullOrEmpty(ours))
            {
                route["answer"] = ours;
            }
        }
    }

    /// <summary>What a location that answers by itself says of its type; the <c>default_type</c> of <c>http</c> is for files.</summary>
    public static void SetMediaType(Scope scope, JsonObject route)
    {
        if (!route.ContainsKey("answer") || scope.Own("default_type") is not [.., { First: { Length: > 0 } type }] || type.Any(static character => character is < ' ' or > '~' or '$'))
        {
            return;
        }

        if (route["responseHeaders"] is not JsonObject headers)
        {
            route["responseHeaders"] = headers = [];
        }

        if (!headers.Any(static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            headers["Content-Type"] = type;
        }
    }

    private static void Redirect(NginxDirective directive, int status, string url, JsonObject route, ImportReport report)
    {
        if (url.Length == 0 || url.Any(static character => character is <= ' ' or > '~'))
        {
            Close(directive, "expected where to go in printable ASCII", route, report);
            return;
        }

        route["redirect"] = url;
        if (status != MovedPermanently)
        {
            route["status"] = status;
        }
    }

    private static void Close(NginxDirective directive, string why, JsonObject route, ImportReport report)
    {
        report.Remark(directive, $"{Closed.Why}: {why}");
        Closed.Write(route);
    }
}
