using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>How <see cref="SocketDialer"/> connects.</summary>
public sealed record SocketDialOptions
{
    public static SocketDialOptions Default { get; } = new();

    /// <summary>For everything together, name look-up and all addresses. Default 16 s, as in V2Ray; must be positive.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(16);

    /// <summary>How long one address may take before the next is tried beside it (RFC 8305, section 5). Default 250 ms.</summary>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes the kernel probe a silent peer; for connections that live long.</summary>
    public bool LongLived { get; init; }

    /// <summary>Which addresses of a name are dialled.</summary>
    public DomainStrategy DomainStrategy { get; init; }

    /// <summary>The address of this machine to dial from; null leaves it to the system.</summary>
    public IPAddress? LocalAddress { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Turns a host name into addresses; the system's resolver by default.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;
}
