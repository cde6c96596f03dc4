using System.IO.Pipelines;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Relay;

/// <summary>
/// One relay: two copy loops, each the only one that reads its source, writes its sink and completes the two. An abort only
/// wakes the loops (cancelling pending reads and flushes), so no pipe end is ever touched from two sides.
/// </summary>
internal sealed class RelayRun(IDuplexPipe left, IDuplexPipe right, RelayOptions options)
{
    private readonly TaskCompletionSource _leftToRightEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _rightToLeftEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    // Set once, under _gate; the volatile exception is what the loops look at.
    private RelayEnd _end;
    private Exception? _error;
    private volatile Exception? _aborted;

    // Whether one direction had ended in order when the other was given up: its bytes must still reach their reader. Set before _aborted.
    private bool _halfIdle;

    // Guarded by _gate.
    private bool _oneEnded;

    private readonly RelayActivity _activity = new();
    private RelayIdleWatch? _idle;

    // Set once: both directions end in order, because the program drains and nothing moves.
    private volatile bool _isDrained;

    private long _leftToRight;
    private long _rightToLeft;

    public async Task<RelayResult> RunAsync(CancellationToken cancellationToken)
    {
        _idle = RelayIdleWatch.Start(options, GiveUp);
        using var drain = options.Draining.CanBeCanceled ? new RelayDrain(options, _activity, Finish) : null;
        var registration = cancellationToken.UnsafeRegister(static state => ((RelayRun)state!).Abort(RelayEnd.Cancelled, error: null), this);
        var leftToRight = CopyAsync(left.Input, right.Output, RelayEnd.LeftFailed, RelayEnd.RightFailed, _leftToRightEnded, _rightToLeftEnded.Task);
        var rightToLeft = CopyAsync(right.Input, left.Output, RelayEnd.RightFailed, RelayEnd.LeftFailed, _rightToLeftEnded, _leftToRightEnded.Task);
        _leftToRight = await leftToRight;
        _rightToLeft = await rightToLeft;
        await registration.DisposeAsync();
        _idle?.Dispose();
        if (_aborted is { } reason && !_halfIdle)
        {
            AbortWholly(left, reason);
            AbortWholly(right, reason);
        }

        return new RelayResult(_leftToRight, _rightToLeft, _end, _error);
    }

    /// <summary>A direction that ended in order before the other one failed left its connection half open; now it must go as well.</summary>
    private static void AbortWholly(IDuplexPipe side, Exception reason)
    {
        Complete(side.Output, reason);
        (side as IConnection)?.Abort();
    }

    /// <summary>Copies one direction to its end and completes both its pipe ends. Never throws. Returns the bytes carried.</summary>
    private async Task<long> CopyAsync(PipeReader from, PipeWriter to, RelayEnd sourceFailed, RelayEnd sinkFailed, TaskCompletionSource ended, Task otherEnded)
    {
        var carried = 0L;
        var isRequest = sourceFailed == RelayEnd.LeftFailed;
        var reading = true;
        Exception? sinkFailure = null;
        try
        {
            while (_aborted is null && !_isDrained)
            {
                reading = true;
                var read = await from.ReadAsync();
                var buffer = read.Buffer;
                if (_isDrained || (read.IsCanceled && _aborted is not null))
                {
                    from.AdvanceTo(buffer.Start);
                    break;
                }

                var stopped = false;
                if (!buffer.IsEmpty)
                {
                    _idle?.Moved();
                    reading = false;
                    _activity.Begin(isRequest);
                    var flush = await PipeCopy.WriteAsync(to, buffer);
                    _activity.End(isRequest);
                    carried += buffer.Length;
                    _idle?.Moved();
                    stopped = flush.IsCompleted;
                }

                from.AdvanceTo(buffer.End);
                if (stopped || read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception)
        {
            if (reading)
            {
                Abort(sourceFailed, exception);
            }
            else
            {
                sinkFailure = exception;
            }
        }

        Complete(from, _halfIdle ? null : _aborted);
        if (sinkFailure is not null)
        {
            await LetOtherDirectionEndAsync(sinkFailed, sinkFailure, otherEnded);
        }

        Complete(to, _aborted);
        if (EndsFirst())
        {
            _idle?.Ended(uplink: isRequest);
        }

        ended.TrySetResult();
        return carried;
    }

    /// <summary>
    /// The sink takes no more, but what it sent before may still be on its way: its connection is left alone until the opposite
    /// direction has ended by itself, or the grace is over.
    /// </summary>
    private async Task LetOtherDirectionEndAsync(RelayEnd failed, Exception failure, Task otherEnded)
    {
        if (options.WriteFailureGrace > TimeSpan.Zero)
        {
            await otherEnded.WaitAsync(options.WriteFailureGrace, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!otherEnded.IsCompleted)
        {
            Abort(failed, failure);
        }
    }

    private bool EndsFirst()
    {
        lock (_gate)
        {
            var first = !_oneEnded;
            _oneEnded = true;
            return first;
        }
    }

    /// <summary>What was not read is nobody's yet: a client that sent it just now may send it again elsewhere.</summary>
    private void Finish()
    {
        _isDrained = true;
        WakeReads(left);
        WakeReads(right);
    }

    private void GiveUp(TimeSpan limit) => Abort(RelayEnd.Idle, new RelayAbortedException($"Nothing moved for {limit.TotalSeconds:0.##} s."));

    private void Abort(RelayEnd end, Exception? error)
    {
        lock (_gate)
        {
            if (_aborted is not null)
            {
                return;
            }

            _end = end;
            _error = end == RelayEnd.Idle ? null : error;
            _halfIdle = end == RelayEnd.Idle && _oneEnded;
            _aborted = end switch
            {
                RelayEnd.Cancelled => new RelayAbortedException("The relay was cancelled."),
                RelayEnd.Idle => error,
                _ => new RelayAbortedException($"The {(end == RelayEnd.LeftFailed ? "left" : "right")} side failed: {error?.Message}", error),
            };
        }

        Wake(left);
        Wake(right);
    }

    private static void WakeReads(IDuplexPipe side)
    {
        try
        {
            side.Input.CancelPendingRead();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
        {
            // That end is complete already.
        }
    }

    private static void Wake(IDuplexPipe side)
    {
        WakeReads(side);
        try
        {
            side.Output.CancelPendingFlush();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
        {
            // That end is complete already.
        }
    }

    private static void Complete(PipeReader reader, Exception? reason)
    {
        try
        {
            reader.Complete(reason);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or ObjectDisposedException)
        {
            // A pipe that is already gone has nothing to complete.
        }
    }

    private static void Complete(PipeWriter writer, Exception? reason)
    {
        try
        {
            writer.Complete(reason);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or ObjectDisposedException)
        {
            // A pipe that is already gone has nothing to complete.
        }
    }
}
