using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>A dialled connection as the stream that an HTTP client wants. Owns the connection.</summary>
internal sealed class DialledStream(IConnection connection) : Stream
{
    // Guards the two flags: a pipe is not completed while it is read.
    private readonly Lock _gate = new();
    private bool _isReading;
    private bool _isDisposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeginRead();
        try
        {
            while (true)
            {
                var result = await connection.Input.ReadAsync(cancellationToken);
                var available = result.Buffer;
                if (!available.IsEmpty)
                {
                    // A read of zero bytes asks whether there is something, and there is.
                    var taken = available.Slice(0, Math.Min(available.Length, buffer.Length));
                    var target = buffer.Span;
                    foreach (var piece in taken)
                    {
                        piece.Span.CopyTo(target);
                        target = target[piece.Length..];
                    }

                    // Counted before: what was advanced over is not ours any more, nor is its length.
                    var count = (int)taken.Length;
                    connection.Input.AdvanceTo(taken.End);
                    return count;
                }

                connection.Input.AdvanceTo(available.End);
                if (result.IsCompleted)
                {
                    return 0;
                }

                if (result.IsCanceled)
                {
                    throw new IOException("The connection was closed while it was read.");
                }
            }
        }
        finally
        {
            EndRead();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var flush = await connection.Output.WriteAsync(buffer, cancellationToken);
        if (flush.IsCompleted)
        {
            throw new IOException("The target reads no more.");
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Every write is flushed.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Leave())
        {
            _ = EndAsync();
        }
    }

    /// <summary>Whether the connection can be ended now: a read that is under way has to end before, and does it then.</summary>
    private bool Leave()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return false;
            }

            _isDisposed = true;
            if (_isReading)
            {
                connection.Input.CancelPendingRead();
            }

            return !_isReading;
        }
    }

    private void BeginRead()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _isReading = true;
        }
    }

    private void EndRead()
    {
        lock (_gate)
        {
            _isReading = false;
            if (!_isDisposed)
            {
                return;
            }
        }

        _ = EndAsync();
    }

    private async Task EndAsync()
    {
        try
        {
            await connection.Output.CompleteAsync();
            await connection.Input.CompleteAsync();
            await connection.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // It is gone; there is nothing left to end.
        }
    }
}
