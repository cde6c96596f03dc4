using Tunnel.Mux;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Parking;

/// <summary>The visitors of one portal that wait for a session: first come, first served; so many at most, each for so long at most.</summary>
internal sealed class ParkingLot : IDisposable
{
    /// <summary>
    /// How often visitors who wait are looked after. A new session calls <see cref="Serve"/> itself; that an old one has room
    /// again, or its connection back, nobody says. Short against what a visitor notices.
    /// </summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How many are served at once, and at each look: 1280 a second. A crowd that opens its streams in one moment overruns the
    /// memory that a session may promise (256 streams fill its 64 MiB before they can be told to take less), and its target.
    /// </summary>
    public const int Batch = 128;

    private readonly ParkingConfig _config;
    private readonly Func<StreamMetadata, OpenedStream?> _open;
    private readonly IParkingObserver _observer;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    // Guards the queue, and who stands in it.
    private readonly Lock _gate = new();
    private readonly LinkedList<ParkedVisitor> _queue = new();
    private bool _stopped;

    /// <param name="config">The bounds.</param>
    /// <param name="open">Opens a stream; null where no session takes one. Called under the lot's lock.</param>
    /// <param name="observer">Hears who comes and goes. Called under the lot's lock.</param>
    /// <param name="time">The clock.</param>
    public ParkingLot(ParkingConfig config, Func<StreamMetadata, OpenedStream?> open, IParkingObserver observer, TimeProvider time)
    {
        _config = config;
        _open = open;
        _observer = observer;
        _time = time;
        _timer = time.CreateTimer(static lot => ((ParkingLot)lot!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    private bool CanParkLocked => !_stopped && _queue.Count < _config.Visitors;

    /// <summary>A place at the end of the queue; null where all are taken, or the lot is closed.</summary>
    public ParkedVisitor? TryPark(StreamMetadata metadata)
    {
        var visitor = new ParkedVisitor(metadata, _time.GetTimestamp());
        lock (_gate)
        {
            if (!CanParkLocked)
            {
                return null;
            }

            _queue.AddLast(visitor.Node);
            if (BeganLocked())
            {
                // A session may have come since the caller found none.
                ServeLocked();
            }
        }

        return visitor;
    }

    /// <summary>
    /// A place at the head of the queue for one whom a session has refused, because it has taken on too much for now: not before
    /// the next look. Null also where its time is over.
    /// </summary>
    /// <param name="metadata">Of the stream.</param>
    /// <param name="since">When the visitor came, as a time stamp.</param>
    public ParkedVisitor? TryParkAgain(StreamMetadata metadata, long since)
    {
        var visitor = new ParkedVisitor(metadata, since);
        lock (_gate)
        {
            if (!CanParkLocked || _time.GetElapsedTime(since) >= _config.Time)
            {
                return null;
            }

            _queue.AddFirst(visitor.Node);
            BeganLocked();
        }

        return visitor;
    }

    /// <summary>A session has come, or has room.</summary>
    public void Serve()
    {
        lock (_gate)
        {
            ServeLocked();
        }
    }

    /// <summary>The visitor waits no more; false where its wait had ended before.</summary>
    public bool Leave(ParkedVisitor visitor)
    {
        lock (_gate)
        {
            if (visitor.Node.List is null)
            {
                return false;
            }

            EndLocked(visitor, ParkingEnd.Left);
            return true;
        }
    }

    /// <summary>Ends all waits, and takes nobody any more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            while (_queue.First is { } first)
            {
                EndLocked(first.Value, ParkingEnd.Stopped);
            }
        }
    }

    public void Dispose()
    {
        Stop();
        _timer.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            ServeLocked();
            while (_queue.First is { } first && _time.GetElapsedTime(first.Value.Since) >= _config.Time)
            {
                EndLocked(first.Value, ParkingEnd.Expired);
            }
        }
    }

    /// <summary>Somebody has come; true where nobody else waits.</summary>
    private bool BeganLocked()
    {
        _observer.Parked(_queue.Count);
        if (_queue.Count > 1)
        {
            return false;
        }

        _timer.Change(LookInterval, LookInterval);
        return true;
    }

    private void ServeLocked()
    {
        for (var served = 0; served < Batch && _queue.First is { } first; served++)
        {
            OpenedStream? stream;
            try
            {
                stream = _open(first.Value.Metadata);
            }
            catch (ArgumentException)
            {
                // Mux.Cool cannot write every host: this one need not wait, nor those behind it.
                EndLocked(first.Value, ParkingEnd.Expired);
                continue;
            }

            if (stream is null)
            {
                return;
            }

            EndLocked(first.Value, ParkingEnd.Served, stream);
        }
    }

    private void EndLocked(ParkedVisitor visitor, ParkingEnd end, OpenedStream? stream = null)
    {
        _queue.Remove(visitor.Node);
        if (_queue.Count == 0 && !_stopped)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _observer.Left(end, _queue.Count);
        visitor.End(end, stream);
    }
}
