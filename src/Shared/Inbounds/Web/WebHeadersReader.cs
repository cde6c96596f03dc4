using System.Buffers;
using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads <c>requestHeaders</c> and <c>responseHeaders</c>: names with the values to set, or null to remove.</summary>
internal static class WebHeadersReader
{
    /// <summary>What servers accept of a header is usually 8 KiB.</summary>
    private const int MaxText = 8192;

    /// <summary>RFC 9110, section 5.6.2.</summary>
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>They say where a message ends and what a connection does next, which is no setting's business.</summary>
    private static readonly string[] Framing =
        ["connection", "content-length", "transfer-encoding", "upgrade", "keep-alive", "trailer", "te", "expect", "proxy-connection"];

    public static ImmutableArray<WebHeader> Read(ObjectReader route, string field, WebPath path)
    {
        if (route.Object(field) is not { } headers)
        {
            return [];
        }

        var result = ImmutableArray.CreateBuilder<WebHeader>();

        // Not by Find, for which null is like absent: here it removes.
        foreach (var (name, node) in headers.Node.Members.DistinctBy(static member => member.Name, StringComparer.OrdinalIgnoreCase).Select(static member => (member.Name, member.Value)))
        {
            _ = headers.Find(name);
            var template = node.Kind == ConfigNodeKind.String ? WebTemplateField.Read(node, path, route.Problems) : null;
            if (name.Length is 0 or > MaxText || name.AsSpan().ContainsAnyExcept(Token))
            {
                route.Problems.Error(node, $"'{Describe.Shorten(name)}' cannot be the name of an HTTP header");
            }
            else if (Framing.Contains(name.ToLowerInvariant()))
            {
                route.Problems.Error(node, $"the header '{name}' belongs to each connection and is set as it has to be; remove it (WebSockets need nothing either)");
            }
            else if (field == "requestHeaders" && name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                route.Problems.Error(node, "the Host has a field of its own; set 'host' of the route");
            }
            else if (node.Kind is not (ConfigNodeKind.String or ConfigNodeKind.Null))
            {
                route.Problems.Error(node, $"found {node.Found}, expected the header's value in double quotes, or null to remove it");
            }
            else if (node.Text.Length > MaxText || node.Text.Any(static character => character is < ' ' or > '~'))
            {
                // What stands there may be a key.
                route.Problems.Error(node, "expected the value of an HTTP header: printable ASCII");
            }
            else if (node.Kind == ConfigNodeKind.Null || template is not null)
            {
                result.Add(new WebHeader(name, template));
            }
        }

        return result.ToImmutable();
    }
}
