using System.Buffers;

namespace Tunnel.Shared.Transport;

/// <summary>
/// A write stage between <c>SslStream</c>, which writes every record of at most 16 KiB by itself, and the socket: while it is
/// corked, records are gathered and leave in one system call.
/// </summary>
/// <remarks>
/// Flushes of 64 KiB over loopback on 2 busy cores cost 7 to 24 % less processor time with it, in each of four rounds of 2 GiB
/// (their throughput varied more than the two differed): three system calls saved are worth more than one copy.
/// Passes through unless corked, so that handshake messages and alerts are never held back. Holds a buffer only while corked.
/// </remarks>
internal sealed class CoalescingStream(Stream inner) : AsyncStream
{
    /// <summary>A batch of 64 KiB with the record overhead of its records; more is sent in between.</summary>
    private const int BufferBytes = 72 * 1024;

    private byte[]? _buffer;
    private int _count;
    private bool _corked;

    /// <summary>Gathers writes from now until <see cref="UncorkAsync"/>.</summary>
    public void Cork() => _corked = true;

    /// <summary>Sends what was gathered, and passes writes through again.</summary>
    public async ValueTask UncorkAsync()
    {
        _corked = false;
        try
        {
            await SendGatheredAsync(CancellationToken.None);
        }
        finally
        {
            if (_buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = null;
                _count = 0;
            }
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_corked)
        {
            return inner.WriteAsync(buffer, cancellationToken);
        }

        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        if (buffer.Length <= _buffer.Length - _count)
        {
            buffer.Span.CopyTo(_buffer.AsSpan(_count));
            _count += buffer.Length;
            return ValueTask.CompletedTask;
        }

        return WriteLargeAsync(buffer, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask WriteLargeAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await SendGatheredAsync(cancellationToken);
        if (buffer.Length > _buffer!.Length)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        buffer.Span.CopyTo(_buffer);
        _count = buffer.Length;
    }

    private ValueTask SendGatheredAsync(CancellationToken cancellationToken)
    {
        var count = _count;
        _count = 0;
        return count == 0 ? ValueTask.CompletedTask : inner.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
    }
}
