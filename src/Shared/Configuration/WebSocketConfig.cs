using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>wsSettings</c> of a transport.</summary>
public sealed record WebSocketConfig
{
    /// <summary>The path of the upgrade request; begins with <c>/</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>What an outbound adds to the upgrade request, <c>Host</c> among it; no name twice. A listener does not look at them.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];
}
