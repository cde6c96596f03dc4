using System.Security.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>The keys of a connection's two directions. Secret.</summary>
/// <remarks>The request's are random and stand in its header; the response's are their SHA-256, cut to 16 bytes, or in the legacy format their MD5.</remarks>
internal sealed class VMessBodyKeys
{
    public VMessBodyKeys(VMessRequestHeader header, bool legacy)
    {
        RequestKey = header.BodyKey;
        RequestIv = header.BodyIv;
        ResponseKey = Next(header.BodyKey, legacy);
        ResponseIv = Next(header.BodyIv, legacy);
    }

    public byte[] RequestKey { get; }

    public byte[] RequestIv { get; }

    public byte[] ResponseKey { get; }

    public byte[] ResponseIv { get; }

    private static byte[] Next(byte[] value, bool legacy)
    {
        if (!legacy)
        {
            return SHA256.HashData(value)[..16];
        }

#pragma warning disable CA5351 // The legacy format prescribes MD5.
        return MD5.HashData(value);
#pragma warning restore CA5351
    }
}
