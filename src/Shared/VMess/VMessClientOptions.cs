using System.Buffers;
using Tunnel.Mux;

namespace Tunnel.Shared.VMess;

/// <summary>What a client asks of a VMess server, and how.</summary>
internal sealed record VMessClientOptions
{
    public required VMessId Id { get; init; }

    public required VMessCommand Command { get; init; }

    /// <summary>Where to; null exactly for <see cref="VMessCommand.Mux"/>. See <see cref="DestinationCodec.CanWrite"/>.</summary>
    public Destination? Destination { get; init; }

    /// <summary>Default <see cref="VMessSecurity.Auto"/>. <see cref="VMessSecurity.LegacyCfb"/> is refused.</summary>
    public VMessSecurity Security { get; init; } = VMessSecurity.Auto;

    /// <summary>The option bits; null for what V2Ray's clients send with the security.</summary>
    public VMessBodyOptions? BodyOptions { get; init; }

    /// <summary>Where blocks come from; null for the shared pool.</summary>
    public MemoryPool<byte>? Pool { get; init; }

    /// <summary>The clock. The server's may differ by at most 120 s.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
