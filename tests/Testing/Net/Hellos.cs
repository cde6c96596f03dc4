using System.Buffers.Binary;
using System.Text;

namespace Tunnel.Testing.Net;

/// <summary>ClientHellos as clients send them.</summary>
public static class Hellos
{
    /// <summary>A handshake message.</summary>
    /// <param name="name">For <c>server_name</c>; null for none.</param>
    /// <param name="keyShare">The length of another extension, such as a post-quantum key share.</param>
    /// <param name="protocols">For ALPN.</param>
    public static byte[] Message(string? name, int keyShare = 32, params string[] protocols)
    {
        byte[] body =
        [
            3, 3, .. Enumerable.Range(0, 32).Select(i => (byte)i), 32, .. new byte[32], .. Vector16([0x13, 1, 0x13, 2]), 1, 0,
            .. Vector16(
            [
                .. Extension(0xfe0d, new byte[keyShare / 2]),
                .. name is null ? [] : Extension(0, Vector16([0, .. Vector16(Encoding.Latin1.GetBytes(name))])),
                .. protocols.Length == 0 ? [] : Extension(16, Vector16([.. protocols.SelectMany(p => (byte[])[(byte)p.Length, .. Encoding.ASCII.GetBytes(p)])])),
                .. Extension(51, new byte[keyShare - (keyShare / 2)]),
            ]),
        ];
        return [1, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    /// <summary>A message in records of at most <paramref name="size"/> bytes.</summary>
    public static byte[] Records(byte[] message, int size = 16 * 1024) =>
        [.. message.Chunk(size).SelectMany(part => (byte[])[22, 3, 1, .. Vector16(part)])];

    private static byte[] Extension(int type, byte[] body) => [(byte)(type >> 8), (byte)type, .. Vector16(body)];

    private static byte[] Vector16(byte[] body)
    {
        var all = new byte[2 + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(all, (ushort)body.Length);
        body.CopyTo(all, 2);
        return all;
    }
}
