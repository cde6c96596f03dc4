using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>What a protocol may want to know of the outbound around its settings.</summary>
internal sealed record OutboundContext
{
    /// <summary>The whole outbound, for complaints about it.</summary>
    public required ConfigNode Node { get; init; }

    public required StreamConfig Stream { get; init; }
}
