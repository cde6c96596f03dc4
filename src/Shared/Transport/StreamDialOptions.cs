using System.Buffers;

namespace Tunnel.Shared.Transport;

/// <summary>How <see cref="StreamTransport"/> dials, beside what a configuration says.</summary>
public sealed record StreamDialOptions
{
    public static StreamDialOptions Default { get; } = new();

    /// <summary>For name look-up and connecting. Default 16 s, as in V2Ray.</summary>
    public TimeSpan ConnectTimeout { get; init; } = SocketDialOptions.Default.Timeout;

    /// <summary>For TLS. Default 10 s.</summary>
    public TimeSpan TlsTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the upgrade to WebSocket. Default 8 s, as in V2Ray.</summary>
    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Makes the kernel probe a silent peer; for connections that live long.</summary>
    public bool LongLived { get; init; }

    /// <summary>Makes the connection underneath; from this machine by default.</summary>
    public IDialer Dialer { get; init; } = SystemDialer.Instance;

    /// <summary>Where the connection's blocks come from; null for the shared pool.</summary>
    public MemoryPool<byte>? Pool { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
