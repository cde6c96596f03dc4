using System.Buffers;
using System.Net;
using Tunnel.Shared.Outbounds.Proxies;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>Reads the answers of a SOCKS5 proxy (RFC 1928, RFC 1929). Pure; nothing that is kept is longer than 262 bytes.</summary>
internal static class SocksReply
{
    private const byte Version = 5;
    private const byte AuthenticationVersion = 1;

    private const byte IPv4 = 1;
    private const byte Name = 3;
    private const byte IPv6 = 4;

    /// <summary>VER | METHOD: the method that the proxy chose.</summary>
    public static bool TryReadMethod(ref ReadOnlySequence<byte> buffer, out byte method)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!TryReadVersion(ref reader) || !reader.TryRead(out method))
        {
            method = 0;
            return false;
        }

        buffer = reader.UnreadSequence;
        return true;
    }

    /// <summary>VER | STATUS: whether the proxy takes user name and password.</summary>
    public static bool TryReadStatus(ref ReadOnlySequence<byte> buffer, out bool accepted)
    {
        accepted = false;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var version))
        {
            return false;
        }

        if (version != AuthenticationVersion)
        {
            throw new ProxyException("does not check user names and passwords as RFC 1929 says");
        }

        if (!reader.TryRead(out var status))
        {
            return false;
        }

        accepted = status == 0;
        buffer = reader.UnreadSequence;
        return true;
    }

    /// <summary>VER | REP | RSV | ATYP | BND.ADDR | BND.PORT: whether the request was granted, and the address that matters for datagrams.</summary>
    public static bool TryReadReply(ref ReadOnlySequence<byte> buffer, out SocksAnswer answer)
    {
        answer = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!TryReadVersion(ref reader) || !reader.TryRead(out var code))
        {
            return false;
        }

        if (code != 0)
        {
            // Some close behind the code, or send no address; nothing that follows matters.
            answer = new SocksAnswer(code, Address: null, Port: 0);
            buffer = buffer.Slice(buffer.End);
            return true;
        }

        if (!reader.TryRead(out _) || !reader.TryRead(out var type))
        {
            return false;
        }

        int length;
        switch (type)
        {
            case IPv4:
                length = 4;
                break;
            case IPv6:
                length = 16;
                break;
            case Name:
                if (!reader.TryRead(out var count))
                {
                    return false;
                }

                length = count;
                break;
            default:
                throw new ProxyException("gave an answer that is not SOCKS5's; is this the proxy's port?");
        }

        if (reader.Remaining < length + sizeof(ushort))
        {
            return false;
        }

        var address = type == Name ? null : new IPAddress(reader.UnreadSequence.Slice(0, length).ToArray());
        reader.Advance(length);
        reader.TryReadBigEndian(out short port);
        answer = new SocksAnswer(code, address, (ushort)port);
        buffer = reader.UnreadSequence;
        return true;
    }

    /// <summary>What a reply code other than 0 means.</summary>
    public static ProxyException Refusal(byte code) => code switch
    {
        1 => new ProxyException("answered 'general failure' (SOCKS reply 1); its log may say why"),
        2 => new ProxyException("does not allow this connection (SOCKS reply 2); its rules forbid the host, the port or the user"),
        3 => new ProxyException("answered 'network unreachable' (SOCKS reply 3)", DialFailure.Unreachable),
        4 => new ProxyException("answered 'host unreachable' (SOCKS reply 4); does the name exist where the proxy is?", DialFailure.Unreachable),
        5 => new ProxyException("answered 'connection refused' (SOCKS reply 5); nothing listens there", DialFailure.Refused),
        6 => new ProxyException("answered 'TTL expired' (SOCKS reply 6)", DialFailure.Unreachable),
        7 => new ProxyException("does not know the command (SOCKS reply 7)"),
        8 => new ProxyException("does not know this type of address (SOCKS reply 8)"),
        _ => new ProxyException($"refused with a code that has no meaning (SOCKS reply {code})"),
    };

    private static bool TryReadVersion(ref SequenceReader<byte> reader)
    {
        if (!reader.TryRead(out var version))
        {
            return false;
        }

        return version == Version ? true : throw new ProxyException(version switch
        {
            0 or 4 => "speaks SOCKS4 only; version 5 is needed",
            (byte)'H' => "answered with HTTP; is it a proxy of protocol 'http'?",
            _ => "does not speak SOCKS5; is this the proxy's port?",
        });
    }
}
