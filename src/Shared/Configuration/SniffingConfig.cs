using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>An inbound's <c>sniffing</c>.</summary>
public sealed record SniffingConfig
{
    /// <summary>From the words of <see cref="DestOverride"/> to protocols as rules name them.</summary>
    internal static readonly ImmutableArray<(string Word, string Protocol)> Words = [("http", "http1"), ("tls", "tls"), ("quic", "quic")];

    /// <summary>Whether connections are looked at.</summary>
    public bool Enabled { get; init; }

    /// <summary>The protocols whose names are used: <c>http</c>, <c>tls</c>, <c>quic</c>.</summary>
    public ImmutableArray<string> DestOverride { get; init; } = [];

    /// <summary>Whether the name is for the router only, and the destination stays.</summary>
    public bool RouteOnly { get; init; }

    /// <summary>Whether names found in a protocol are used.</summary>
    internal bool Overrides(string protocol)
    {
        foreach (var (word, name) in Words)
        {
            if (name == protocol)
            {
                return DestOverride.Contains(word);
            }
        }

        return false;
    }
}
