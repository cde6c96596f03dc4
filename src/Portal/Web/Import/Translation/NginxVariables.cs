using System.Collections.Immutable;
using System.Text;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>Texts with nginx's variables: those that we have too stay, those whose value is known are replaced, others are a reason to leave a text out.</summary>
internal sealed class NginxVariables
{
    public static readonly NginxVariables None = new(ImmutableDictionary<string, string>.Empty);

    /// <summary>They have the same names here.</summary>
    private static readonly HashSet<string> Same = new(StringComparer.Ordinal)
    {
        "host", "remote_addr", "remote_port", "remote_user", "scheme", "server_port", "request_uri", "request_method", "uri", "args", "query_string",
        "is_args", "proxy_add_x_forwarded_for", "proxy_host",
    };

    private readonly ImmutableDictionary<string, string> _known;

    private NginxVariables(ImmutableDictionary<string, string> known) => _known = known;

    /// <summary>
    /// Those of a server: <c>set</c> with the same plain value wherever it stands, and the server's own name. They are taken only
    /// where they are constant, so others are told.
    /// </summary>
    public static NginxVariables OfServer(NginxDirective server, string? serverName, ImportReport report)
    {
        var sets = new Dictionary<string, List<NginxDirective>>(StringComparer.Ordinal);
        Gather(server.Block ?? []);
        var known = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, directives) in sets)
        {
            var value = directives[0].Parameters[1];
            if (!value.Contains('$', StringComparison.Ordinal) && directives.TrueForAll(other => other.Parameters[1] == value))
            {
                known[name] = value;
                directives.ForEach(report.Take);
            }
        }

        if (serverName is not null)
        {
            known["server_name"] = serverName;
        }

        return new NginxVariables(known.ToImmutable());

        void Gather(ImmutableArray<NginxDirective> block)
        {
            foreach (var directive in block)
            {
                if (directive is { Name: "set", Parameters: [['$', .. var name], _] })
                {
                    if (!sets.TryGetValue(name, out var same))
                    {
                        sets.Add(name, same = []);
                    }

                    same.Add(directive);
                }

                Gather(directive.Block ?? []);
            }
        }
    }

    /// <summary>Our text for nginx's; null, with the variable that is in the way, where there is none.</summary>
    /// <param name="text">As nginx has it.</param>
    /// <param name="captures">Whether <c>$1</c> to <c>$9</c> mean groups of the route's regexp.</param>
    /// <param name="unknown">The variable, with its <c>$</c>.</param>
    public string? Translate(string text, bool captures, out string unknown)
    {
        unknown = string.Empty;
        var result = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length;)
        {
            var (name, length) = text[index] == '$' ? NameAt(text, index) : (string.Empty, 1);
            var behind = index + length;
            if (name.Length == 0)
            {
                result.Append(text[index]);
            }
            else if (_known.TryGetValue(name, out var value))
            {
                result.Append(value);
            }
            else if (Counterpart(name, captures) is { } ours)
            {
                var letterFollows = behind < text.Length && (char.IsAsciiLetterOrDigit(text[behind]) || text[behind] == '_');
                result.Append(letterFollows && !char.IsAsciiDigit(ours[0]) ? $"${{{ours}}}" : $"${ours}");
            }
            else
            {
                unknown = PlainText.Shorten("$" + name);
                return null;
            }

            index = behind;
        }

        // The former is decoded and encoded again by nginx, and means the same request.
        return result.ToString()
            .Replace("$uri$is_args$args", "$request_uri", StringComparison.Ordinal)
            .Replace("$uri$is_args$query_string", "$request_uri", StringComparison.Ordinal);
    }

    private static string? Counterpart(string name, bool captures) => name switch
    {
        _ when Same.Contains(name) => name,
        "document_uri" => "uri",
        "http_upgrade" or "http_connection" => null,
        _ when name.StartsWith("http_", StringComparison.Ordinal) && name.Length > "http_".Length => name,
        [>= '1' and <= '9'] when captures => name,
        _ => null,
    };

    /// <summary>The name behind a <c>$</c>, in lower case, and how long both are; an empty name where there is none.</summary>
    private static (string Name, int Length) NameAt(string text, int dollar)
    {
        var start = dollar + 1;
        if (start < text.Length && text[start] is >= '0' and <= '9')
        {
            return (text[start..(start + 1)], 2);
        }

        var inBraces = start < text.Length && text[start] == '{';
        start += inBraces ? 1 : 0;
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        if (end == start || (inBraces && (end == text.Length || text[end] != '}')))
        {
            return (string.Empty, 1);
        }

        return (text[start..end].ToLowerInvariant(), end - dollar + (inBraces ? 1 : 0));
    }
}
