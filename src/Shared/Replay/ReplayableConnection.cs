using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Replay;

/// <summary>
/// A visitor's connection that can wait for a session, and be given to another one as long as none has answered. All that was
/// read is kept until the first byte of an answer, 64 KiB of a socket and 8 KiB of others; from then on it only passes on.
/// </summary>
/// <remarks>
/// What may be given to another session: anything, where the peer says that it did not take the stream
/// (<see cref="MuxErrorCode.Refused"/>, also by a GOAWAY that does not count it). Where the session was lost under the stream
/// nobody knows what became of it; then only a visitor who has sent nothing, or a single HTTP/1 request with a safe method
/// and without a body.
/// </remarks>
public sealed class ReplayableConnection
{
    private readonly bool _readsOn;
    private readonly int _kept;
    private IDuplexPipe _pipe;
    private Attempt? _attempt;

    // Whether the next reader has to be shown what an earlier one has examined.
    private bool _wasExamined;

    /// <param name="pipe">The visitor's; completed by <see cref="Finish"/>, <see cref="AnswerAsync"/> or <see cref="AbortAsync"/>.</param>
    public ReplayableConnection(IDuplexPipe pipe)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        _pipe = pipe;
        _readsOn = pipe is SocketConnection;
        _kept = Attempt.KeptOf(pipe);
    }

    /// <summary>Whether the visitor was seen to begin with an HTTP/1 request, while it waited.</summary>
    public bool BeginsLikeHttp { get; private set; }

    /// <summary>Why what was begun last has come to nothing; empty where it has not.</summary>
    public string FailureReason => _attempt?.Reason ?? string.Empty;

    /// <summary>Whether what was begun last was refused by its peer, which has handled nothing of it.</summary>
    public bool WasRefused => _attempt?.FailureCode == MuxErrorCode.Refused;

    /// <summary>The visitor's pipe, from the first byte, for one session. To be called again only after <see cref="CanRepeatAsync"/>.</summary>
    public IDuplexPipe Begin()
    {
        _attempt = new Attempt(_pipe, _wasExamined, static () => { }, static code => code is MuxErrorCode.Refused or MuxErrorCode.SessionLost, _kept);
        _wasExamined = true;
        return _attempt;
    }

    /// <summary>
    /// Waits, and takes nothing of what the visitor sends; less than 32 KiB are read. False where the visitor has left: one that
    /// was reset, or has ended its side without a word or behind an HTTP request.
    /// </summary>
    /// <param name="until">Ends the wait. Must not fail.</param>
    public async Task<bool> WaitAsync(Task until)
    {
        var watch = new VisitorWatch(_pipe, _readsOn, _wasExamined);
        var resumed = await watch.RunAsync(until);
        BeginsLikeHttp |= watch.BeginsLikeHttp;
        _wasExamined = resumed is null;
        _pipe = resumed ?? _pipe;
        return resumed is not null;
    }

    /// <summary>Whether the visitor, whose session has failed, may be given to another one. To be asked once the failed one is done with the pipe.</summary>
    public async ValueTask<bool> CanRepeatAsync()
    {
        if (_attempt is not { CanRepeat: true } attempt)
        {
            return false;
        }

        attempt.Rewind();
        return WasRefused || await IsHarmlessAsync();
    }

    /// <summary>Ends the connection as what was begun last has ended.</summary>
    public void Finish() => _attempt?.Finish();

    /// <summary>Sends an answer of our own and ends the connection in order; drops it where that takes too long.</summary>
    /// <exception cref="IOException">The visitor is gone.</exception>
    /// <exception cref="OperationCanceledException">The visitor does not take it.</exception>
    public async Task AnswerAsync(ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        await _pipe.Output.WriteAsync(answer, cancellationToken);
        await _pipe.Output.CompleteAsync();
        await _pipe.Input.CompleteAsync();
    }

    /// <summary>Ends both directions.</summary>
    public ValueTask AbortAsync(Exception reason) => _pipe.AbortAsync(reason);

    private async ValueTask<bool> IsHarmlessAsync()
    {
        try
        {
            // Cancelled, a read returns at once, with all that is kept.
            _pipe.Input.CancelPendingRead();
            var read = await _pipe.Input.ReadAsync();
            var isHarmless = read.Buffer.IsEmpty || SafeRequest.Is(read.Buffer);
            _pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return isHarmless;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
