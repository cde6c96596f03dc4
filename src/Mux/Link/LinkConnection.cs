using System.IO.Pipelines;

namespace Tunnel.Mux.Link;

/// <summary>One connection under a link, for as long as it lasts. Each of its ends is used by one of the link's two parties.</summary>
/// <param name="pipe">Bytes to and from the peer.</param>
/// <param name="abort">Ends the connection at once; callable from any thread, any number of times.</param>
/// <param name="dispose">Frees it, when both its ends are complete.</param>
public sealed class LinkConnection(IDuplexPipe pipe, Action abort, Func<ValueTask> dispose)
{
    private const int Unused = 0;
    private const int InUse = 1;
    private const int Released = 2;

    private int _reading;
    private int _writing;
    private int _ends = 2;

    internal PipeReader Input => pipe.Input;

    internal PipeWriter Output => pipe.Output;

    /// <summary>Where the peer wants this side to go on: how many bytes it has taken. Set when the connection is attached.</summary>
    internal long TakenByPeer { get; set; }

    /// <summary>Whether the reader may use the connection from here on; it must then release it.</summary>
    internal bool TryBeginReading() => Interlocked.CompareExchange(ref _reading, InUse, Unused) == Unused;

    /// <summary>Whether the writer may use the connection from here on; it must then release it.</summary>
    internal bool TryBeginWriting() => Interlocked.CompareExchange(ref _writing, InUse, Unused) == Unused;

    /// <summary>Ends the connection; a party that has not begun to use it never will.</summary>
    internal void Abort()
    {
        abort();
        try
        {
            pipe.Input.CancelPendingRead();
        }
        catch (InvalidOperationException)
        {
            // Its reader has let go already.
        }

        var reason = new IOException("The connection was given up.");
        if (Interlocked.CompareExchange(ref _reading, Released, Unused) == Unused)
        {
            Complete(pipe.Input.Complete, reason);
            _ = EndAsync().AsTask();
        }

        if (Interlocked.CompareExchange(ref _writing, Released, Unused) == Unused)
        {
            Complete(pipe.Output.Complete, reason);
            _ = EndAsync().AsTask();
        }
    }

    /// <summary>The reader uses the connection no more.</summary>
    internal ValueTask ReleaseReaderAsync(Exception? reason)
    {
        Complete(pipe.Input.Complete, reason);
        return Interlocked.Exchange(ref _reading, Released) == InUse ? EndAsync() : ValueTask.CompletedTask;
    }

    /// <summary>The writer uses the connection no more; with a reason it gives it up, without one it has completed the output.</summary>
    internal ValueTask ReleaseWriterAsync(Exception? reason)
    {
        if (reason is not null)
        {
            Complete(pipe.Output.Complete, reason);
        }

        return Interlocked.Exchange(ref _writing, Released) == InUse ? EndAsync() : ValueTask.CompletedTask;
    }

    private static void Complete(Action<Exception?> complete, Exception? reason)
    {
        try
        {
            complete(reason);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // A dead connection may complain once more.
        }
    }

    private ValueTask EndAsync() => Interlocked.Decrement(ref _ends) == 0 ? dispose() : ValueTask.CompletedTask;
}
