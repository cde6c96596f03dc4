using System.IO.Pipelines;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>
/// The writing end of a client's connection while a server's answer is written to it: knows whether the answer has begun, so
/// that a failure before it can be told to the client, and whether it switches protocols.
/// </summary>
internal sealed class AnswerWriter(PipeWriter inner) : PipeWriter
{
    private readonly TaskCompletionSource<bool> _switched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _start = new byte[SwitchingProtocols.Length];
    private int _started;
    private Memory<byte> _memory;

    /// <summary>Whether the server has sent anything.</summary>
    public bool HasBegun => _started > 0;

    /// <summary>Why there is no answer, or only the beginning of one; null where it ended in order.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Completes when the answer's beginning is known, with whether the connection now speaks another protocol.</summary>
    public Task<bool> Switched => _switched.Task;

    /// <summary>Completes when the answer has ended.</summary>
    public Task Ended => _ended.Task;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    private static ReadOnlySpan<byte> SwitchingProtocols => "HTTP/1.1 101"u8;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        Observe(_memory.Span[..bytes]);
        inner.Advance(bytes);
        _memory = default;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Observe(source.Span);
        return inner.WriteAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <summary>Completes the client's connection, unless there was no answer: then it is still to be told so.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_ended.Task.IsCompleted)
        {
            return;
        }

        Failure = exception;
        _switched.TrySetResult(false);
        _ended.TrySetResult();
        if (HasBegun)
        {
            inner.Complete(exception);
        }
    }

    private void Observe(ReadOnlySpan<byte> bytes)
    {
        if (_started == _start.Length)
        {
            return;
        }

        var count = Math.Min(bytes.Length, _start.Length - _started);
        bytes[..count].CopyTo(_start.AsSpan(_started));
        _started += count;
        if (_started == _start.Length)
        {
            _switched.TrySetResult(_start.AsSpan().SequenceEqual(SwitchingProtocols));
        }
    }
}
