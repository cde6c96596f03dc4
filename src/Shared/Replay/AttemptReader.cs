using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Replay;

/// <summary>
/// The reading end of an <see cref="Attempt"/>. Until the attempt is committed it consumes nothing of the inner reader, which so
/// keeps what was read, without a copy, and shows each time what was not consumed here.
/// </summary>
/// <param name="attempt">Says whether it is committed.</param>
/// <param name="inner">The visitor's.</param>
/// <param name="kept">How many consumed bytes are kept; with more the attempt is committed.</param>
/// <param name="isRepeated">Whether another attempt has read: then the inner reader waits for something new and has to be woken.</param>
internal sealed class AttemptReader(Attempt attempt, PipeReader inner, int kept, bool isRepeated) : PipeReader
{
    private bool _wake = isRepeated;
    private int _cancelRequested;
    private volatile bool _isOver;

    // Whether the inner reader was woken to give up what it keeps, and has not returned for that yet.
    private volatile bool _letsGo;

    // Whether the inner reader's buffers are handed out as they are: nothing is kept any more.
    private bool _isDirect;

    // Up to the next AdvanceTo: all that the inner reader has, kept bytes first.
    private ReadOnlySequence<byte> _whole;
    private bool _hasRead;
    private bool _isReading;

    // How many of the kept bytes were consumed here.
    private long _consumed;

    /// <summary>Whether nobody waits in the inner reader any more.</summary>
    public bool CanRewind => !_isReading;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _isDirect && !_letsGo ? inner.ReadAsync(cancellationToken) : ReadKeptAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        if (_isDirect && !_letsGo)
        {
            return inner.TryRead(out result);
        }

        Wake();
        if (!inner.TryRead(out result))
        {
            return false;
        }

        return TryShow(ref result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_isDirect)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }

        var whole = _whole;
        _whole = default;
        _hasRead = false;

        // A default position, which PipeReader's own CopyToAsync gives when its sink has had enough, consumes nothing.
        if (!whole.IsEmpty && consumed.GetObject() is not null)
        {
            _consumed = whole.GetOffset(consumed) - whole.GetOffset(whole.Start);
        }

        if (attempt.IsCommitted || (_consumed > kept && attempt.TryCommit()))
        {
            var taken = whole.GetPosition(_consumed);
            (_isDirect, _consumed) = (true, 0);
            inner.AdvanceTo(taken, examined.GetObject() is null ? taken : examined);
        }
        else
        {
            inner.AdvanceTo(whole.Start, examined.GetObject() is null ? whole.Start : examined);
        }
    }

    public override void CancelPendingRead()
    {
        if (!_isOver)
        {
            Volatile.Write(ref _cancelRequested, 1);
            inner.CancelPendingRead();
        }
    }

    public override void Complete(Exception? exception = null) => attempt.EndInput(exception);

    /// <summary>The attempt is committed while somebody may be waiting here: lets go of what is kept, which may be a block for each visitor.</summary>
    public void LetGo()
    {
        if (!_isOver)
        {
            _letsGo = true;
            inner.CancelPendingRead();
        }
    }

    /// <summary>Gives the inner reader back with all that is kept in it.</summary>
    public void Rewind()
    {
        _isOver = true;
        if (_hasRead && !_isDirect)
        {
            _hasRead = false;
            inner.AdvanceTo(_whole.Start);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadKeptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Wake();
            ReadResult result;
            _isReading = true;
            try
            {
                result = await inner.ReadAsync(cancellationToken);
            }
            finally
            {
                _isReading = false;
            }

            if (TryShow(ref result))
            {
                return result;
            }
        }
    }

    /// <summary>The inner reader returns at once, with what it keeps, when its read is cancelled.</summary>
    private void Wake()
    {
        if (_wake)
        {
            _wake = false;
            inner.CancelPendingRead();
        }
    }

    /// <summary>Cuts off what was consumed. False where nothing is left to show, because somebody else was meant to be woken.</summary>
    private bool TryShow(ref ReadResult result)
    {
        _whole = result.Buffer;
        var rest = _whole.Slice(_consumed);
        var isCanceled = result.IsCanceled && Interlocked.Exchange(ref _cancelRequested, 0) == 1;
        if (result.IsCanceled)
        {
            _letsGo = false;
        }

        if (rest.IsEmpty && !isCanceled && !result.IsCompleted)
        {
            if (attempt.IsCommitted)
            {
                (_isDirect, _consumed) = (true, 0);
            }

            inner.AdvanceTo(_isDirect ? _whole.End : _whole.Start, _whole.End);
            _whole = default;
            return false;
        }

        _hasRead = true;
        result = new ReadResult(rest, isCanceled, result.IsCompleted);
        return true;
    }
}
