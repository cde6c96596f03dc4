using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>A portal in short form, with everything resolved.</summary>
internal sealed record ShortPortal
{
    /// <summary>Empty until a default has been chosen.</summary>
    public string Tag { get; init; } = string.Empty;

    public required string Domain { get; init; }

    /// <summary>Where bridges connect.</summary>
    public required ListenEndpoint Listen { get; init; }

    public required InterconnectKey Key { get; init; }

    public required SecretReference KeyReference { get; init; }

    /// <summary>Where visitors connect.</summary>
    public required ImmutableArray<ListenEndpoint> Publics { get; init; }

    /// <summary>How visitors wait; null where they do not.</summary>
    public ParkingConfig? Parking { get; init; } = ParkingConfig.Default;

    /// <summary>Null when there is no file.</summary>
    public ConfigNode? Node { get; init; }
}
