using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Replay;

/// <summary>
/// A visitor's pipe as one outbound sees it, as long as another one could still take its place: what is read is not consumed
/// at its source, and a failure to connect is kept back. It commits itself to the outbound, and from then on only passes on,
/// when the outbound writes or ends its answer, fails for another reason, or has read more than can be kept.
/// </summary>
/// <remarks>
/// Which failures are kept back is its owner's choice. A balancer's are those that say that no connection to the target came
/// about (a <see cref="MuxStreamException"/> with <see cref="MuxErrorCode.ConnectFailed"/> or <see cref="MuxErrorCode.Refused"/>):
/// nobody has received what was sent to it; a bridge drops what a portal sent ahead. A connection that broke later, or whose
/// session was lost, has another code: its target may have acted on what it got. See <see cref="ReplayableConnection"/> for
/// what may be repeated all the same.
/// </remarks>
internal sealed class Attempt : IDuplexPipe
{
    /// <summary>A browser's request with its cookies, and the beginning of an upload.</summary>
    private const int KeptOfConnection = 64 * 1024;

    /// <summary>
    /// What is not consumed of a stream takes from its credit, and a window may be as small as 16 KiB: with more kept than that
    /// its sender, waiting for credit, and its target, waiting for the rest, would wait for ever.
    /// </summary>
    private const int KeptOfStream = 8 * 1024;

    private readonly IDuplexPipe _pipe;
    private readonly Action _answered;
    private readonly Func<MuxErrorCode, bool> _keepsBack;
    private readonly AttemptReader _reader;
    private readonly AttemptWriter _writer;

    // Guards what is below, but for reads of the first.
    private readonly Lock _lock = new();
    private volatile AttemptPhase _phase;
    private bool _hasAnswered;
    private bool _inputEnded;
    private Exception? _inputEnd;
    private bool _outputEnded;

    /// <param name="pipe">The visitor's.</param>
    /// <param name="isRepeated">Whether another attempt has read from it.</param>
    /// <param name="answered">Called once, when the outbound answers: it has reached its target.</param>
    /// <param name="keepsBack">With which failures another one could take over; null for those of a connection that did not come about.</param>
    /// <param name="kept">How many bytes that were read are kept; null for <see cref="KeptOf"/>.</param>
    public Attempt(IDuplexPipe pipe, bool isRepeated, Action answered, Func<MuxErrorCode, bool>? keepsBack = null, int? kept = null)
    {
        _pipe = pipe;
        _answered = answered;
        _keepsBack = keepsBack ?? (static code => code is MuxErrorCode.ConnectFailed or MuxErrorCode.Refused);
        _reader = new AttemptReader(this, pipe.Input, kept ?? KeptOf(pipe), isRepeated);
        _writer = new AttemptWriter(this, pipe.Output);
    }

    public PipeReader Input => _reader;

    public PipeWriter Output => _writer;

    /// <summary>Why the outbound could not connect; null where it could.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The failure's reason, as the outbound gave it.</summary>
    public string Reason => (StreamFailureIn(Failure) ?? Failure)?.Message ?? string.Empty;

    /// <summary>The failure's code; null where there was none.</summary>
    public MuxErrorCode? FailureCode => StreamFailureIn(Failure)?.Code;

    /// <summary>Whether another outbound can be tried with the same bytes.</summary>
    public bool CanRepeat => _phase == AttemptPhase.Failed && _reader.CanRewind;

    public bool IsCommitted => _phase == AttemptPhase.Committed;

    /// <summary>How many bytes of a visitor's pipe can be kept.</summary>
    public static int KeptOf(IDuplexPipe pipe) => pipe is IConnection ? KeptOfConnection : KeptOfStream;

    /// <summary>Ends the attempt, for the pipe to go to another one or to be completed.</summary>
    public void Rewind() => _reader.Rewind();

    /// <summary>The outbound has ended, and with it the connection: completes what it has left open or kept back.</summary>
    public void Finish()
    {
        Rewind();
        bool endInput;
        bool endOutput;
        lock (_lock)
        {
            endInput = !_inputEnded || _phase != AttemptPhase.Committed;
            endOutput = !_outputEnded;
            _phase = AttemptPhase.Committed;
            _inputEnded = _outputEnded = true;
        }

        if (endOutput)
        {
            _pipe.Output.Complete(Failure);
        }

        if (endInput)
        {
            _pipe.Input.Complete(_inputEnd ?? Failure);
        }
    }

    /// <summary>The outbound writes: it has reached its target, and its bytes cannot be taken back.</summary>
    internal void Answer()
    {
        if (_hasAnswered)
        {
            return;
        }

        lock (_lock)
        {
            _hasAnswered = true;
        }

        if (TryCommit())
        {
            _reader.LetGo();
        }

        _answered();
    }

    /// <summary>Leaves the connection to this outbound; false where it has failed before.</summary>
    internal bool TryCommit()
    {
        bool endInput;
        lock (_lock)
        {
            if (_phase != AttemptPhase.Open)
            {
                return _phase == AttemptPhase.Committed;
            }

            _phase = AttemptPhase.Committed;
            endInput = _inputEnded;
        }

        if (endInput)
        {
            _pipe.Input.Complete(_inputEnd);
        }

        return true;
    }

    internal void EndInput(Exception? exception)
    {
        lock (_lock)
        {
            if (_inputEnded)
            {
                return;
            }

            _inputEnded = true;
            _inputEnd = exception;
            if (_phase != AttemptPhase.Committed)
            {
                // A relay may end this side before it tells the other one why.
                return;
            }
        }

        _pipe.Input.Complete(exception);
    }

    internal void EndOutput(Exception? exception)
    {
        lock (_lock)
        {
            if (_phase == AttemptPhase.Failed)
            {
                return;
            }

            if (!_hasAnswered && !_outputEnded && StreamFailureIn(exception) is { } failure && _keepsBack(failure.Code))
            {
                Failure = exception;
                if (_phase == AttemptPhase.Open)
                {
                    _phase = AttemptPhase.Failed;
                    return;
                }
            }

            _outputEnded = true;
        }

        if (exception is null)
        {
            // An answer without bytes is one.
            Answer();
        }

        TryCommit();
        _pipe.Output.Complete(exception);
    }

    /// <summary>A relay wraps what its other side said.</summary>
    private static MuxStreamException? StreamFailureIn(Exception? exception) =>
        exception as MuxStreamException ?? exception?.InnerException as MuxStreamException;
}
