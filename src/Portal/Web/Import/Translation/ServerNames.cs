using System.Collections.Immutable;
using System.Net;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>Reads <c>server_name</c>.</summary>
internal static class ServerNames
{
    /// <summary>nginx's usual word for a server that is nobody's: it is no name.</summary>
    private const string Nobody = "_";

    /// <summary>Our hosts, in lower case; <c>_</c> and the empty name are not among them.</summary>
    public static ImmutableArray<string> Read(Scope server, ImportReport report)
    {
        var hosts = ImmutableArray.CreateBuilder<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var directive in server.Own("server_name"))
        {
            foreach (var name in directive.Parameters)
            {
                Add(name.ToLowerInvariant().TrimEnd('.'), directive);
            }
        }

        return hosts.ToImmutable();

        void Add(string name, NginxDirective directive)
        {
            switch (name)
            {
                case "" or Nobody or "-" or "--" or "!@#" or "*":
                    break;
                case ['.', .. var rest] when IsName(rest):
                    Take(rest);
                    Take("*." + rest);
                    break;
                case ['*', '.', .. var rest] when IsName(rest):
                    Take(name);
                    break;
                case ['~', ..]:
                    report.Remark(directive, $"the regexp {PlainText.Shorten(name)} is left out; list the names, or \"*.example.com\" for all below one");
                    break;
                case var _ when IsName(name) || (name is ['[', .. var literal, ']'] && IPAddress.TryParse(literal, out _)):
                    Take(name);
                    break;
                default:
                    report.Remark(directive, $"the name {PlainText.Shorten(name)} is left out; a wildcard can stand in front only, \"*.example.com\", and there are no variables");
                    break;
            }
        }

        void Take(string name)
        {
            if (known.Add(name))
            {
                hosts.Add(name);
            }
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 255 && text.All(static character => character > ' ' && !char.IsControl(character) && !char.IsWhiteSpace(character) && !"*$/\\@[]?#,\"':~".Contains(character, StringComparison.Ordinal));
}
