using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>What a protocol may want to know of the inbound around its settings.</summary>
internal sealed record InboundContext
{
    /// <summary>The whole inbound, for complaints about it.</summary>
    public required ConfigNode Node { get; init; }

    /// <summary>Null when it could not be read.</summary>
    public required ListenAddress? Listen { get; init; }

    public required StreamConfig Stream { get; init; }

    /// <summary>Takes the tags of outbounds and portals that the protocol dials through, to be checked when all are known.</summary>
    public ICollection<TextItem> Carriers { get; init; } = [];

    /// <summary>Takes the hosts that are dialled through a tag, to be checked likewise.</summary>
    public ICollection<(string Tag, TextItem Host)> CarriedHosts { get; init; } = [];
}
