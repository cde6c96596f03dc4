namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads an outbound's <c>proxySettings</c>.</summary>
internal static class ProxySettingsReader
{
    /// <summary>The tag of the outbound that carries it; empty where it dials itself, and after a complaint.</summary>
    /// <param name="outbound">The outbound.</param>
    /// <param name="tag">Its own tag.</param>
    /// <param name="draft">Takes the tag for <see cref="ProxyTagCheck"/>.</param>
    public static string Read(ObjectReader outbound, string tag, ConfigDraft draft)
    {
        if (outbound.Object("proxySettings") is not { } proxy)
        {
            return string.Empty;
        }

        var carrier = proxy.String("tag") ?? string.Empty;

        // Of V2Ray 5: whether the transport is put on what the other outbound carries; it always is.
        _ = proxy.Find("transportLayer");
        if (carrier.Length > 0)
        {
            draft.ProxyTagUses.Add((tag, new TextItem(carrier, proxy.Find("tag")!)));
        }
        else if (proxy.Find("tag") is null || proxy.String("tag") is not null)
        {
            // To go on without it would send directly what the user wants sent through another outbound.
            proxy.Missing("tag", "name the outbound that is to carry this one's connections, or remove 'proxySettings'");
        }

        proxy.End();
        return carrier;
    }
}
