using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Transport;

/// <summary>
/// The reading end of a connection. It waits until there is something to read before it rents a block, so an idle connection
/// holds none; every failure of the transport is an <see cref="IOException"/>.
/// </summary>
internal abstract class TransportPipeReader : PipeReader
{
    /// <summary>Bytes after which a reader that never has to wait gives up its thread, on which others may be waiting.</summary>
    private const int LongestTurn = 1024 * 1024;

    private volatile bool _completedEarly;

    // The reading side's own: what was read since the reader last waited.
    private Turn _turn = new(LongestTurn);

    /// <summary>True where the owner completed the reader, without an error, before the peer ended its direction.</summary>
    public bool CompletedEarly => _completedEarly;

    /// <summary>The owner completes the reader.</summary>
    /// <param name="exception">Why, if not in order.</param>
    /// <param name="hasEnded">Whether the peer's end, or a failure, was read.</param>
    protected void NoteCompletion(Exception? exception, bool hasEnded) => _completedEarly = exception is null && !hasEnded;

    /// <summary>The reader waited.</summary>
    protected void BeginTurn() => _turn.Begin();

    /// <summary>A read that did not have to wait; where many of them followed one another, others go first.</summary>
    protected ValueTask<ReadResult> InTurn(in ReadResult result) =>
        _turn.EndsWith(result.Buffer.Length) ? AfterOthersAsync(result) : new ValueTask<ReadResult>(result);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ReadResult> AfterOthersAsync(ReadResult result)
    {
        await Task.Yield();
        return result;
    }

    /// <summary>What a failure of the transport looks like to a reader.</summary>
    protected static IOException Failure(Exception exception) =>
        exception as IOException ?? new IOException("The connection can no longer be read: " + exception.Message, exception);
}
