using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tunnel.Shared.Sniffing;

/// <summary>What a TLS ClientHello asks for, over TLS records or QUIC alike.</summary>
/// <param name="ServerName">The name in its <c>server_name</c>, in lower case; null where it has none that is valid.</param>
/// <param name="ApplicationProtocols">What it offers by ALPN; names with other than printable ASCII are left out.</param>
internal sealed record ClientHello(string? ServerName, ImmutableArray<string> ApplicationProtocols)
{
    /// <summary>The longest message that is looked at, with its header. A hello with post-quantum key shares has about 2 KiB.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>The bytes in front of a handshake message: its type, and its length in three bytes.</summary>
    public const int HeaderLength = 4;

    private const byte Type = 1;
    private const int VersionAndRandom = 2 + 32;
    private const int ServerNameExtension = 0;
    private const int AlpnExtension = 16;
    private const byte HostNameType = 0;

    /// <summary>The whole length of the message that begins here, if it is a ClientHello of a length that is looked at; null where it is too short to tell.</summary>
    /// <returns>0 where it is none.</returns>
    public static int? LengthOf(ReadOnlySpan<byte> message)
    {
        if (!message.IsEmpty && message[0] != Type)
        {
            return 0;
        }

        if (message.Length < HeaderLength)
        {
            return null;
        }

        var length = HeaderLength + (int)(BinaryPrimitives.ReadUInt32BigEndian(message) & 0xFFFFFF);
        return length <= MaxLength ? length : 0;
    }

    /// <summary>Reads a whole message, header included; false where it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, [NotNullWhen(true)] out ClientHello? hello)
    {
        hello = null;
        var cursor = new ByteCursor(message);
        if (!cursor.TryTake(HeaderLength + VersionAndRandom, out _)
            || !cursor.TryVector8(out _) // session id
            || !cursor.TryVector16(out var ciphers) || ciphers.Length is 0 || ciphers.Length % 2 != 0
            || !cursor.TryVector8(out var compressions) || compressions.IsEmpty)
        {
            return false;
        }

        // A hello of old may end here.
        if (cursor.IsEmpty)
        {
            hello = new ClientHello(null, []);
            return true;
        }

        if (!cursor.TryVector16(out var block) || !cursor.IsEmpty)
        {
            return false;
        }

        return TryParseExtensions(block, out hello);
    }

    private static bool TryParseExtensions(ReadOnlySpan<byte> block, [NotNullWhen(true)] out ClientHello? hello)
    {
        hello = null;
        string? name = null;
        var hasName = false;
        ImmutableArray<string> protocols = [];
        var extensions = new ByteCursor(block);
        while (!extensions.IsEmpty)
        {
            if (!extensions.TryUInt16(out var type) || !extensions.TryVector16(out var body))
            {
                return false;
            }

            // Of two names servers could take either, so there is none.
            if (type == ServerNameExtension && (hasName || !TryParseName(body, out name)))
            {
                return false;
            }

            hasName |= type == ServerNameExtension;
            if (type == AlpnExtension && !TryParseProtocols(body, out protocols))
            {
                return false;
            }
        }

        hello = new ClientHello(name, protocols);
        return true;
    }

    private static bool TryParseName(ReadOnlySpan<byte> body, out string? name)
    {
        name = null;
        var cursor = new ByteCursor(body);
        if (!cursor.TryVector16(out var list) || !cursor.IsEmpty)
        {
            return false;
        }

        var names = new ByteCursor(list);
        var seen = false;
        while (!names.IsEmpty)
        {
            if (!names.TryByte(out var type) || !names.TryVector16(out var bytes) || (type == HostNameType && seen))
            {
                return false;
            }

            if (type == HostNameType)
            {
                seen = true;
                HostName.TryRead(bytes, out name);
            }
        }

        return true;
    }

    private static bool TryParseProtocols(ReadOnlySpan<byte> body, out ImmutableArray<string> protocols)
    {
        protocols = [];
        var cursor = new ByteCursor(body);
        if (!cursor.TryVector16(out var list) || !cursor.IsEmpty)
        {
            return false;
        }

        var found = ImmutableArray.CreateBuilder<string>();
        var items = new ByteCursor(list);
        while (!items.IsEmpty)
        {
            if (!items.TryVector8(out var item) || item.IsEmpty)
            {
                return false;
            }

            if (!item.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                found.Add(Encoding.ASCII.GetString(item));
            }
        }

        protocols = found.ToImmutable();
        return true;
    }
}
