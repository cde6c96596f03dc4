using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Caching;

/// <summary>The bytes of an answer on its way to its visitor, kept as they pass. Used by one request.</summary>
internal sealed class Recording(ResponseStore store, CacheKey key) : IDisposable
{
    // Small pages take one small piece; large ones pieces that are still below the heap of large objects.
    private const int FirstPiece = 4 * 1024;
    private const int LargestPiece = 64 * 1024;

    private readonly List<byte[]> _pieces = [];
    private int _inLast;
    private bool _isGivenUp;

    public CacheKey Key => key;

    /// <summary>How many bytes were recorded.</summary>
    public long Length { get; private set; }

    /// <summary>How many bytes of the store's room it has. Guarded by the store's lock.</summary>
    public long Reserved { get; set; }

    /// <summary>Whether what it records was removed meanwhile. Guarded by the store's lock.</summary>
    public bool IsOutdated { get; set; }

    /// <summary>Keeps bytes; false where it has given up, and need not be asked again.</summary>
    public bool Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_isGivenUp)
        {
            if (_pieces.Count == 0 || _inLast == _pieces[^1].Length)
            {
                Grow(bytes.Length);
                continue;
            }

            var last = _pieces[^1].AsSpan(_inLast);
            var taken = Math.Min(last.Length, bytes.Length);
            bytes[..taken].CopyTo(last);
            bytes = bytes[taken..];
            _inLast += taken;
            Length += taken;
        }

        return !_isGivenUp;
    }

    /// <summary>Stores what was recorded; false where there is no room for it, or it was removed before it was there.</summary>
    /// <param name="response">Makes an answer with the body.</param>
    /// <param name="request">The headers of the request it answers.</param>
    public bool TryStore(Func<StoredBody, StoredResponse> response, IHeaderDictionary request)
    {
        if (_isGivenUp)
        {
            return false;
        }

        var pieces = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(_pieces.Count);
        for (var index = 0; index < _pieces.Count; index++)
        {
            // Only the last one is not full.
            pieces.Add(index < _pieces.Count - 1 ? _pieces[index] : _pieces[index].AsSpan(0, _inLast).ToArray());
        }

        return store.Store(this, response(new StoredBody(pieces.MoveToImmutable())), request);
    }

    public void Dispose() => store.End(this);

    private void Grow(int wanted)
    {
        var size = Math.Clamp(wanted, _pieces.Count == 0 ? FirstPiece : Math.Min(LargestPiece, _pieces[^1].Length * 2), LargestPiece);
        if (store.Reserve(this, size))
        {
            _pieces.Add(new byte[size]);
            _inLast = 0;
        }
        else
        {
            _isGivenUp = true;
            _pieces.Clear();
            store.End(this);
        }
    }
}
