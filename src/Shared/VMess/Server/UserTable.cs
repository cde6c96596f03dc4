using System.Security.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Server;

/// <summary>Finds the user whose key opens an authId. O(users): the format has nothing to look a user up by. Safe for concurrent use.</summary>
internal sealed class UserTable : IDisposable
{
    private readonly Lock _gate = new();

    // Guarded by _gate, as are the buffers. A transform that is kept decrypts a block six times faster than a one-shot call.
    private IReadOnlyList<VMessUser> _users;
    private List<ICryptoTransform> _blocks;
    private readonly byte[] _input = new byte[VMessAuthId.Size];
    private readonly byte[] _plain = new byte[VMessAuthId.Size];

    public UserTable(IReadOnlyList<VMessUser> users)
    {
        _users = users;
        _blocks = BlocksOf(users);
    }

    /// <summary>Others from now on.</summary>
    public void Replace(IReadOnlyList<VMessUser> users)
    {
        var blocks = BlocksOf(users);
        lock (_gate)
        {
            (_users, _blocks, blocks) = (users, blocks, _blocks);
        }

        DisposeAll(blocks);
    }

    /// <summary>The user, and the time the authId was made; null where it is nobody's. A chance match is one in 2^32 for each user.</summary>
    public (VMessUser User, long UnixSeconds)? Find(ReadOnlySpan<byte> authId)
    {
        lock (_gate)
        {
            authId.CopyTo(_input);
            for (var i = 0; i < _blocks.Count; i++)
            {
                _blocks[i].TransformBlock(_input, 0, _input.Length, _plain, 0);
                if (VMessAuthId.TryRead(_plain, out var unixSeconds))
                {
                    return (_users[i], unixSeconds);
                }
            }

            return null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            DisposeAll(_blocks);
            _blocks = [];
        }
    }

    private static List<ICryptoTransform> BlocksOf(IReadOnlyList<VMessUser> users)
    {
        var blocks = new List<ICryptoTransform>();
        foreach (var user in users)
        {
            using var aes = Aes.Create();
#pragma warning disable CA5358 // Single blocks that never repeat: the format prescribes it.
            aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
            aes.Padding = PaddingMode.None;
            blocks.Add(aes.CreateDecryptor(user.Id.AuthIdKey.ToArray(), rgbIV: null));
        }

        return blocks;
    }

    private static void DisposeAll(List<ICryptoTransform> blocks)
    {
        foreach (var block in blocks)
        {
            block.Dispose();
        }
    }
}
