using System.Security.Cryptography;

namespace Tunnel.EndToEnd.Web;

/// <summary>Big files of random bytes and their hashes.</summary>
public static class RandomFile
{
    private const int Block = 1024 * 1024;

    /// <summary>Writes a file of <paramref name="blocks"/> MiB and returns its SHA-256.</summary>
    public static async Task<string> WriteAsync(string path, int blocks)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path, Block);
        var block = new byte[Block];
        for (var i = 0; i < blocks; i++)
        {
            Random.Shared.NextBytes(block);
            hash.AppendData(block);
            await file.WriteAsync(block);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The SHA-256 of a file.</summary>
    public static async Task<string> HashAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }
}
