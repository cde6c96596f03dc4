using System.Buffers;
using System.Net;
using Google.Protobuf;
using Tunnel.Mux.Messages;
using Tunnel.Mux.Native.Wire;

namespace Tunnel.Mux.Native;

/// <summary>Between <see cref="StreamMetadata"/> and the <c>StreamOpen</c> message of <c>stream.proto</c>.</summary>
internal static class StreamMetadataCodec
{
    public static StreamOpen ToWire(StreamMetadata metadata)
    {
        var open = new StreamOpen
        {
            Network = metadata.Destination.Network == Network.Udp ? StreamOpen.Types.Network.Udp : StreamOpen.Types.Network.Tcp,
            Host = metadata.Destination.Host,
            Port = (uint)metadata.Destination.Port,
        };
        if (metadata.Source is { } source)
        {
            open.SourceAddress = ByteString.CopyFrom(source.Address.GetAddressBytes());
            open.SourcePort = (uint)source.Port;
        }

        if (metadata.Visited is { } visited)
        {
            open.VisitedAddress = ByteString.CopyFrom(visited.Address.GetAddressBytes());
            open.VisitedPort = (uint)visited.Port;
        }

        return open;
    }

    /// <exception cref="MuxSessionException">The bytes are not a well-formed <c>StreamOpen</c>.</exception>
    public static StreamMetadata Read(ReadOnlySequence<byte> payload)
    {
        var open = HostileMessage.Parse(StreamOpen.Parser, MessageShape.Flat, payload)
            ?? throw new MuxSessionException(MuxErrorCode.ProtocolError, "an OPEN frame is not a StreamOpen message");
        if (open.Host.Length is 0 or > Destination.MaxHostLength || open.Port > IPEndPoint.MaxPort || open.SourcePort > IPEndPoint.MaxPort
            || open.Network is not (StreamOpen.Types.Network.Tcp or StreamOpen.Types.Network.Udp)
            || open.SourceAddress.Length is not (0 or 4 or 16)
            || open.VisitedPort > IPEndPoint.MaxPort || open.VisitedAddress.Length is not (0 or 4 or 16))
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, "an OPEN frame names no valid destination");
        }

        var network = open.Network == StreamOpen.Types.Network.Udp ? Network.Udp : Network.Tcp;
        return new StreamMetadata(
            new Destination(network, open.Host, (int)open.Port),
            ToEndPoint(open.SourceAddress, open.SourcePort),
            ToEndPoint(open.VisitedAddress, open.VisitedPort));
    }

    /// <summary>An IPv4 address is one, however the peer writes it.</summary>
    private static IPEndPoint? ToEndPoint(ByteString bytes, uint port)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        var address = new IPAddress(bytes.Span);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, (int)port);
    }
}
