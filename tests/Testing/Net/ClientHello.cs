using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;

namespace Tunnel.Testing.Net;

/// <summary>Reads a TLS ClientHello (RFC 8446, section 4.1.2) that waits in a socket, without consuming it.</summary>
public static class ClientHello
{
    private const int RecordHeader = 5;
    private const int HandshakeHeader = 4;
    private const int VersionAndRandom = 2 + 32;
    private const int AlpnExtension = 16;

    /// <summary>The protocols offered by ALPN (RFC 7301), empty when there is no such extension.</summary>
    public static async Task<IReadOnlyList<SslApplicationProtocol>> PeekApplicationProtocolsAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[RecordHeader + (16 * 1024)];
        while (true)
        {
            var available = await socket.ReceiveAsync(buffer, SocketFlags.Peek, cancellation);
            if (available == 0)
            {
                return [];
            }

            if (available >= RecordHeader && available >= RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(3)))
            {
                return ApplicationProtocols(buffer.AsSpan(0, available));
            }

            // A peek returns at once when anything is there, so let the rest arrive.
            await Task.Delay(5, cancellation);
        }
    }

    private static List<SslApplicationProtocol> ApplicationProtocols(ReadOnlySpan<byte> record)
    {
        var rest = record[(RecordHeader + HandshakeHeader + VersionAndRandom)..];
        rest = rest[(1 + rest[0])..]; // session id
        rest = rest[(2 + BinaryPrimitives.ReadUInt16BigEndian(rest))..]; // cipher suites
        rest = rest[(1 + rest[0])..]; // compression methods
        rest = rest.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(rest)); // extensions
        var protocols = new List<SslApplicationProtocol>();
        while (!rest.IsEmpty)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            var body = rest.Slice(4, BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            rest = rest[(4 + body.Length)..];
            for (var names = type == AlpnExtension ? body[2..] : default; !names.IsEmpty; names = names[(1 + names[0])..])
            {
                protocols.Add(new SslApplicationProtocol(names.Slice(1, names[0]).ToArray()));
            }
        }

        return protocols;
    }
}
