using System.IO.Pipelines;
using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Link;

/// <summary>
/// The pipe under a session, which outlives the connection it runs over: when that is lost, it waits until another one is
/// attached, and sends again what the peer has not taken. The session notices a pause, nothing more.
/// </summary>
/// <remarks>
/// Two parties use it and nothing else does: the session's read loop the <see cref="Input"/>, its output loop the
/// <see cref="Output"/>. Whoever keeps the link watches <see cref="Lost"/>, and attaches a new connection or closes the link.
/// </remarks>
public sealed class SessionLink : IDuplexPipe, IAsyncDisposable
{
    private static readonly TimeSpan SuspectedFor = TimeSpan.FromSeconds(3);

    private readonly long _startTimestamp;
    private readonly Lock _gate = new();
    private readonly LinkReader _reader;
    private readonly LinkWriter _writer;
    private readonly ITimer _watch;

    // Guarded by _gate; read without it by the two loops.
    private volatile LinkConnection? _current;
    private volatile Exception? _closed;
    private long _suspectedAt = -1;
    private TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<Exception> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins a link without a connection.</summary>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public SessionLink(LinkOptions? options = null)
    {
        Options = options ?? LinkOptions.Default;
        Options.Validate();
        _startTimestamp = Options.Time.GetTimestamp();
        _reader = new LinkReader(this);
        _writer = new LinkWriter(this);
        _watch = Options.Time.CreateTimer(static state => ((SessionLink)state!).Watch(), this, KeepAlive.Tick, KeepAlive.Tick);
    }

    /// <summary>Bytes from the peer. A read throws <see cref="IOException"/> once the link was closed.</summary>
    public PipeReader Input => _reader;

    /// <summary>Bytes to the peer. A flush waits while there is no connection, or too much is unacknowledged.</summary>
    public PipeWriter Output => _writer;

    /// <summary>Whether a connection is attached now.</summary>
    public bool IsConnected => _current is not null;

    /// <summary>Whether nothing came since <see cref="Suspect"/>.</summary>
    public bool IsSuspected => Volatile.Read(ref _suspectedAt) >= _reader.LastRead.Ticks;

    /// <summary>Whether the link has ended: by an END of the peer, by its session, or by <see cref="Close"/>.</summary>
    public bool IsOver => _closed is not null || _reader.HasEnded;

    /// <summary>
    /// Completes when the connection that is attached now is lost, with the reason; at once where the link has ended, and before
    /// the first connection not at all.
    /// </summary>
    public Task<Exception> Lost
    {
        get
        {
            lock (_gate)
            {
                return _lost.Task;
            }
        }
    }

    /// <summary>Completes when a connection is attached, at once where one is, and when the link has ended.</summary>
    public Task Attached
    {
        get
        {
            lock (_gate)
            {
                return _attached.Task;
            }
        }
    }

    internal LinkOptions Options { get; }

    internal LinkConnection? Current => _current;

    /// <summary>Why the link was closed; null while it was not.</summary>
    internal Exception? Closed => _closed;

    internal LinkReader Reader => _reader;

    internal LinkWriter Writer => _writer;

    /// <summary>
    /// Gives up the connection, if there is one, and returns how many bytes of the session were taken from the peer; the count
    /// stands until the next <see cref="TryAttach"/>.
    /// </summary>
    public Task<long> DetachAsync(Exception reason)
    {
        if (_current is { } connection)
        {
            Lose(connection, reason);
        }

        return _reader.WhenIdleAsync();
    }

    /// <summary>Goes on over a connection; the link owns it from here on, also where it returns false.</summary>
    /// <param name="connection">The next byte either way is the first of a record.</param>
    /// <param name="takenByPeer">How many bytes of the session the peer has taken.</param>
    /// <returns>False where the link has ended, has a connection already, or cannot go on from there.</returns>
    public bool TryAttach(LinkConnection connection, long takenByPeer)
    {
        ArgumentNullException.ThrowIfNull(connection);
        bool isGood;
        lock (_gate)
        {
            isGood = _closed is null && _current is null && _writer.CanResumeAt(takenByPeer);
            if (isGood)
            {
                connection.TakenByPeer = takenByPeer;
                _reader.OnAttached();
                Volatile.Write(ref _suspectedAt, -1);
                if (_lost.Task.IsCompleted)
                {
                    _lost = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                _current = connection;
                _attached.TrySetResult();
            }
        }

        if (isGood)
        {
            Wake();
        }
        else
        {
            connection.Abort();
        }

        return isGood;
    }

    /// <summary>
    /// There is reason to believe that the connection is dead: the peer must give a sign of life within three seconds, or the
    /// connection is given up.
    /// </summary>
    public void Suspect()
    {
        if (_current is not null && !IsSuspected)
        {
            Volatile.Write(ref _suspectedAt, Now.Ticks);
            _writer.Probe();
        }
    }

    /// <summary>Ends the link: its session fails with this reason.</summary>
    public void Close(Exception reason)
    {
        LinkConnection? connection;
        lock (_gate)
        {
            _closed ??= reason;
            connection = _current;
            _attached.TrySetResult();
        }

        if (connection is not null)
        {
            Lose(connection, reason);
        }

        _lost.TrySetResult(reason);
        _watch.Dispose();
        Wake();
    }

    public ValueTask DisposeAsync()
    {
        Close(new IOException("The link was disposed."));
        return ValueTask.CompletedTask;
    }

    /// <summary>The session uses one of the ends no more: no connection can be attached, and the one that is there may finish.</summary>
    internal void OnSessionEnded()
    {
        lock (_gate)
        {
            _closed ??= new IOException("The session has ended.");
            _lost.TrySetResult(_closed);
            _attached.TrySetResult();
        }

        _watch.Dispose();
    }

    /// <summary>A connection is lost: noticed by whoever notices first.</summary>
    internal void Lose(LinkConnection connection, Exception reason)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, connection))
            {
                return;
            }

            _current = null;
            if (_closed is null && _attached.Task.IsCompleted)
            {
                _attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        connection.Abort();
        _lost.TrySetResult(reason);
        Wake();
    }

    /// <summary>The time since the link began.</summary>
    internal TimeSpan Now => Options.Time.GetElapsedTime(_startTimestamp);

    private void Wake()
    {
        _reader.Wake();
        _writer.Wake();
    }

    /// <summary>Once in a while: finds a dead connection, and sees to the little that is not acknowledged yet, or not let go of.</summary>
    private void Watch()
    {
        if (_current is not { } connection)
        {
            return;
        }

        var silence = Now - _reader.LastRead;
        if (silence >= Options.DeadAfter - KeepAlive.Tick || (IsSuspected && Now.Ticks - _suspectedAt >= SuspectedFor.Ticks))
        {
            Lose(connection, new IOException($"nothing came for {silence.TotalSeconds:0} s"));
            return;
        }

        if (silence >= Options.DeadAfter / 3)
        {
            _writer.Probe();
        }

        if (_writer.HasWork)
        {
            _writer.Wake();
        }
    }
}
