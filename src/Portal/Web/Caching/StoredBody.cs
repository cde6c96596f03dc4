using System.Collections.Immutable;

namespace Tunnel.Portal.Web.Caching;

/// <summary>The bytes of a stored answer, in pieces. Immutable: it may be given to many visitors at once, and after it was removed.</summary>
internal sealed class StoredBody(ImmutableArray<ReadOnlyMemory<byte>> pieces)
{
    public static readonly StoredBody Empty = new([]);

    public long Length { get; } = pieces.Sum(static piece => (long)piece.Length);

    /// <summary>Writes a part of it.</summary>
    public async Task WriteAsync(Stream stream, long from, long length, CancellationToken cancellationToken)
    {
        foreach (var piece in pieces)
        {
            if (from >= piece.Length)
            {
                from -= piece.Length;
                continue;
            }

            var part = piece[(int)from..];
            part = part.Length > length ? part[..(int)length] : part;
            from = 0;
            length -= part.Length;
            if (part.Length > 0)
            {
                await stream.WriteAsync(part, cancellationToken);
            }
        }
    }
}
