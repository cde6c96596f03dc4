using System.IO.Pipelines;

namespace Tunnel.Shared.Transport;

/// <summary>
/// The reading end of a connection. It waits until there is something to read before it rents a block, so an idle connection
/// holds none; every failure of the transport is an <see cref="IOException"/>.
/// </summary>
internal abstract class TransportPipeReader : PipeReader
{
    private volatile bool _completedEarly;

    /// <summary>True where the owner completed the reader, without an error, before the peer ended its direction.</summary>
    public bool CompletedEarly => _completedEarly;

    /// <summary>The owner completes the reader.</summary>
    /// <param name="exception">Why, if not in order.</param>
    /// <param name="hasEnded">Whether the peer's end, or a failure, was read.</param>
    protected void NoteCompletion(Exception? exception, bool hasEnded) => _completedEarly = exception is null && !hasEnded;

    /// <summary>What a failure of the transport looks like to a reader.</summary>
    protected static IOException Failure(Exception exception) =>
        exception as IOException ?? new IOException("The connection can no longer be read: " + exception.Message, exception);
}
