using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Fuzz.Engine;

namespace Tunnel.Fuzz.Feeding;

/// <summary>The output of a connection: keeps what is written, and fails on a writer that never stops.</summary>
internal sealed class CollectingPipeWriter : PipeWriter
{
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _written = new();

    /// <summary>All that was written.</summary>
    public ReadOnlySpan<byte> Written => _written.WrittenSpan;

    /// <summary>Whether the writer has completed it.</summary>
    public bool IsCompleted { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => 0;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        _written.Advance(bytes);
        PropertyException.Require(_written.WrittenCount < MostBytes, "the answer to a short input is short");
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<FlushResult>(default(FlushResult));
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null) => IsCompleted = true;
}
