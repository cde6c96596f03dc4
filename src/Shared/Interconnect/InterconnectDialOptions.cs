using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>How a bridge reaches its portal.</summary>
public sealed record InterconnectDialOptions
{
    /// <summary>An IP literal, a host name, or <c>unix:/path</c>.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535; ignored for a unix socket.</summary>
    public required int Port { get; init; }

    public required InterconnectKey Key { get; init; }

    /// <summary>No TLS. Refused when the portal turns out not to be on this host, unless <see cref="AllowPlaintext"/>.</summary>
    public bool Plaintext { get; init; }

    /// <summary>Allows plaintext to another host: everybody in between can read the traffic.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>The name sent in the TLS handshake, and checked where a CA is given; null for <see cref="Host"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>The portal's certificate as SHA-256 of its DER form in hexadecimal digits; null for no pin. Colons and upper case are accepted.</summary>
    public string? Pin { get; init; }

    /// <summary>The only CAs that may have issued the portal's certificate; null where the key's proof alone is to decide.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>The WebSocket inside TLS; null where there is none.</summary>
    public WebSocketConfig? WebSocket { get; init; }

    /// <summary>How sessions are kept when a connection is lost.</summary>
    public InterconnectSettings Settings { get; init; } = InterconnectSettings.Default;

    /// <summary>A session to go on with; null for a new one.</summary>
    public ResumeRequest? Resume { get; init; }

    /// <summary>For name look-up and connecting. Default 16 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = SocketDialOptions.Default.Timeout;

    /// <summary>For TLS and the handshake. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = HandshakeLimits.DefaultDeadline;

    /// <summary>Makes the connection underneath; from this machine by default.</summary>
    public IDialer Dialer { get; init; } = SystemDialer.Instance;

    /// <summary>Where the connection's blocks come from; null for the shared pool.</summary>
    public MemoryPool<byte>? Pool { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    // A record prints all its properties; the key masks itself, but the rest would only be noise.
    public override string ToString() => Host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase)
        ? Host
        : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host.Trim('[', ']')}]:{Port}" : $"{Host}:{Port}";
}
