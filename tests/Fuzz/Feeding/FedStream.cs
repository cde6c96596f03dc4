using Tunnel.Shared.Transport;

namespace Tunnel.Fuzz.Feeding;

/// <summary>The same for what reads streams.</summary>
internal sealed class FedStream(byte[] bytes) : AsyncStream
{
    private readonly IEnumerator<byte[]> _pieces = Split.Pieces(bytes).GetEnumerator();
    private ReadOnlyMemory<byte> _piece;

    /// <summary>All that was written.</summary>
    public MemoryStream Written { get; } = new();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!buffer.IsEmpty && _piece.IsEmpty && _pieces.MoveNext())
        {
            _piece = _pieces.Current;
        }

        var count = Math.Min(buffer.Length, _piece.Length);
        _piece[..count].CopyTo(buffer);
        _piece = _piece[count..];
        return new(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Written.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        _pieces.Dispose();
        Written.Dispose();
        base.Dispose(disposing);
    }
}
