using System.Security.Cryptography;

namespace Tunnel.Examples.HomeWebServer;

/// <summary>Holds the one file that was put there last.</summary>
internal sealed class Shelf
{
    /// <summary>The largest file: whoever reaches the server may put one, so it is bounded.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private volatile byte[] _content = [];

    public byte[] Content => _content;

    /// <summary>Replaces the file; returns the SHA-256 of what arrived, in lower-case hexadecimal digits.</summary>
    public async Task<string> PutAsync(Stream body, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await body.CopyToAsync(buffer, cancellationToken);
        var content = buffer.ToArray();
        _content = content;
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
