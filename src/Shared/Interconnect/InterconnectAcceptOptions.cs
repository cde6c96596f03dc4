using System.Buffers;
using Tunnel.Shared.Interconnect.Links;

namespace Tunnel.Shared.Interconnect;

/// <summary>How a portal accepts bridges.</summary>
public sealed record InterconnectAcceptOptions
{
    /// <summary>The certificate; null for plaintext.</summary>
    public required PortalCertificate? Certificate { get; init; }

    /// <summary>The path of the WebSocket inside TLS; null where there is none.</summary>
    public string? WebSocketPath { get; init; }

    public required ICredentialSource Credentials { get; init; }

    /// <summary>Whether this portal serves a virtual domain. Asked only after the bridge has proven its key.</summary>
    public required Func<string, bool> IsDomainServed { get; init; }

    /// <summary>How sessions are kept when a connection is lost.</summary>
    public InterconnectSettings Settings { get; init; } = InterconnectSettings.Default;

    /// <summary>The sessions that bridges may go on with; null where none can be.</summary>
    public PortalLinks? Links { get; init; }

    /// <summary>For TLS and the handshake together. Default 10 s.</summary>
    public TimeSpan Deadline { get; init; } = HandshakeLimits.DefaultDeadline;

    /// <summary>How many handshakes may be under way; more are closed at once. Default 256, each costs a few tens of KiB.</summary>
    public int MaxInFlight { get; init; } = 256;

    /// <summary>How many of them may come from one address (of IPv6, one /64), so that one host cannot take all. Default 32.</summary>
    public int MaxInFlightPerAddress { get; init; } = 32;

    /// <summary>Where the connections' blocks come from; null for the shared pool.</summary>
    public MemoryPool<byte>? Pool { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
