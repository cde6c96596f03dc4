using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>The settings of protocol <c>web</c>: sites, and what is common to them. Run by the program <c>portal</c>.</summary>
public sealed record WebSettings : IInboundSettings
{
    /// <summary>The protocol's name.</summary>
    public const string Protocol = "web";

    /// <summary>At least one once a configuration has loaded.</summary>
    public ImmutableArray<WebSite> Sites { get; init; } = [];

    /// <summary>The proxies in front, whose word about the visitor is taken. Everybody else's is removed.</summary>
    public ImmutableArray<CidrBlock> TrustedProxies { get; init; } = [];

    /// <summary>Null where requests are not logged.</summary>
    public WebAccessLog? AccessLog { get; init; }

    /// <summary>Each status at most once.</summary>
    public ImmutableArray<WebErrorPage> ErrorPages { get; init; } = [];

    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteArray("sites", Sites, static (json, site) => site.WriteTo(json));
        writer.WriteStrings("trustedProxies", TrustedProxies.Select(static block => block.ToString()));
        AccessLog?.WriteTo(writer);
        if (!ErrorPages.IsEmpty)
        {
            writer.WriteStartObject("errorPages");
            foreach (var page in ErrorPages)
            {
                writer.WriteString(page.Status.ToString(CultureInfo.InvariantCulture), page.File);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
