using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>Dials from this machine.</summary>
/// <param name="sendThrough">The address of this machine to dial from; null leaves it to the system.</param>
public sealed class SystemDialer(IPAddress? sendThrough = null) : IDialer
{
    /// <summary>From whatever address the system chooses.</summary>
    public static SystemDialer Instance { get; } = new();

    public async Task<Carrier> DialAsync(
        string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (sendThrough is not null)
        {
            options = (options ?? SocketDialOptions.Default) with { LocalAddress = sendThrough };
        }

        return new SocketCarrier(await SocketDialer.ConnectAsync(host, port, options, cancellationToken));
    }
}
