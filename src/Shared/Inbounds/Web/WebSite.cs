using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>What is served under some names.</summary>
public sealed record WebSite
{
    /// <summary>In the place of a name: whatever no other site has.</summary>
    public const string AnyHost = "_";

    /// <summary>The usual port of https.</summary>
    public const int HttpsPort = 443;

    /// <summary>
    /// In lower case and without a port: <c>example.com</c>, <c>*.example.com</c> (what lies below, at any depth), an IP address
    /// (IPv6 in brackets), or <see cref="AnyHost"/>. Empty means <see cref="AnyHost"/>.
    /// </summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>The port of https that requests over plain HTTP are redirected to; null where they are served.</summary>
    public int? RedirectToHttps { get; init; }

    /// <summary>How long browsers shall use https only, whole seconds; null where nothing is said.</summary>
    public TimeSpan? Hsts { get; init; }

    /// <summary>In the order of the configuration, which counts between regexps.</summary>
    public ImmutableArray<WebRoute> Routes { get; init; } = [];

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStrings("hosts", Hosts);
        if (RedirectToHttps == HttpsPort)
        {
            writer.WriteBoolean("redirectToHttps", true);
        }
        else if (RedirectToHttps is { } port)
        {
            writer.WriteNumber("redirectToHttps", port);
        }

        writer.WriteOptional("hsts", Hsts is { } hsts ? DurationText.Format(hsts) : null);
        writer.WriteArray("routes", Routes, static (json, route) => route.WriteTo(json));
        writer.WriteEndObject();
    }
}
