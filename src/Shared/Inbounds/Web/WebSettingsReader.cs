using System.Collections.Immutable;
using System.Globalization;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads the settings of protocol <c>web</c>.</summary>
internal sealed class WebSettingsReader : IInboundSettingsReader
{
    private const int MinErrorStatus = 400;
    private const int MaxErrorStatus = 599;

    public string Protocol => WebSettings.Protocol;

    public TransportProfile Transport => TransportProfile.General;

    public IInboundSettings Read(ObjectReader settings, InboundContext context)
    {
        if (context.Stream.Network == TransportNetwork.WebSocket)
        {
            settings.Problems.Error(
                context.Node, "protocol 'web' speaks HTTP, and WebSockets go through it to the targets; remove \"network\" from streamSettings");
        }

        var result = new WebSettings
        {
            Sites = ReadSites(settings, context),
            TrustedProxies = WebAccessReader.ReadBlocks(settings, "trustedProxies"),
            AccessLog = ReadAccessLog(settings),
            ErrorPages = ReadErrorPages(settings),
        };
        settings.End();
        return result;
    }

    private static ImmutableArray<WebSite> ReadSites(ObjectReader settings, InboundContext context)
    {
        var items = settings.Objects("sites");
        if (items.Count == 0 && settings.Find("sites") is null or { Kind: ConfigNodeKind.Array })
        {
            settings.Missing("sites", "give at least one: [ { \"routes\": [ { \"path\": \"/\", \"to\": \"http://127.0.0.1:8080\" } ] } ]");
            return [];
        }

        var sites = ImmutableArray.CreateBuilder<WebSite>();
        var first = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            sites.Add(WebSiteReader.Read(item, context, first));
        }

        return sites.ToImmutable();
    }

    private static WebAccessLog? ReadAccessLog(ObjectReader settings)
    {
        if (settings.Object("accessLog") is not { } log)
        {
            return null;
        }

        var file = log.String("file")?.Trim();
        if (string.IsNullOrEmpty(file))
        {
            log.Missing("file", "name the file to write, or \"-\" for standard output");
        }

        var format = log.Word("format");
        if (format is not (null or "combined" or "json"))
        {
            log.Problems.Error(log.Find("format")!, $"found {log.Find("format")!.Found}, expected 'combined' or 'json'");
        }

        log.End();
        return new WebAccessLog { File = file ?? string.Empty, Format = format == "json" ? WebAccessLogFormat.Json : WebAccessLogFormat.Combined };
    }

    private static ImmutableArray<WebErrorPage> ReadErrorPages(ObjectReader settings)
    {
        if (settings.Object("errorPages") is not { } pages)
        {
            return [];
        }

        var result = ImmutableArray.CreateBuilder<WebErrorPage>();
        foreach (var name in pages.Names)
        {
            var file = FileField.Read(pages, name);
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < MinErrorStatus or > MaxErrorStatus)
            {
                pages.Problems.Error(
                    pages.Find(name) ?? pages.Node, $"'{Describe.Shorten(name)}' is no status of an error; expected {MinErrorStatus} to {MaxErrorStatus}, such as \"502\"");
            }
            else if (file is not null)
            {
                result.Add(new WebErrorPage(status, file));
            }
        }

        return result.ToImmutable();
    }
}
