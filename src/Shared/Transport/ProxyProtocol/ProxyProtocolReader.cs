using System.Buffers;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>Takes the header off a socket that nobody has read from, and not one byte more: what follows stays in the socket.</summary>
internal static class ProxyProtocolReader
{
    /// <summary>The header, or what there is instead of it; incomplete where the peer ended before its first byte.</summary>
    /// <exception cref="SocketException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<ProxyProtocolParse> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        // Returns when there is something, so that who says nothing holds no buffer.
        await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(ProxyProtocolCodec.MaxBytes);
        try
        {
            for (var taken = 0; ;)
            {
                var seen = await socket.ReceiveAsync(buffer.AsMemory(taken, ProxyProtocolCodec.MaxBytes - taken), SocketFlags.Peek, cancellationToken);
                if (seen == 0)
                {
                    return taken == 0
                        ? ProxyProtocolParse.Incomplete
                        : ProxyProtocolParse.Invalid("the connection ended within its PROXY protocol header");
                }

                var parse = ProxyProtocolCodec.Parse(buffer.AsSpan(0, taken + seen));
                if (parse.Status == ProxyProtocolStatus.Invalid)
                {
                    return parse;
                }

                // What was seen is there, and while the header is incomplete all of it belongs to it: this never waits.
                var end = parse.Status == ProxyProtocolStatus.Complete ? parse.Length : taken + seen;
                while (taken < end)
                {
                    taken += await socket.ReceiveAsync(buffer.AsMemory(taken, end - taken), SocketFlags.None, cancellationToken);
                }

                if (parse.Status == ProxyProtocolStatus.Complete)
                {
                    return parse;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
