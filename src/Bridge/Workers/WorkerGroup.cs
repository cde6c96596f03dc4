using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport;

namespace Tunnel.Bridge.Workers;

/// <summary>The workers of one bridge to one portal: dials, dials again, adds and retires. One loop does it all; see <see cref="RunAsync"/>.</summary>
internal sealed class WorkerGroup : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromMinutes(5);

    private readonly string _virtualDomain;
    private readonly Func<IInterconnectDialer?> _dialer;
    private readonly int _portal;
    private readonly Func<IMuxSession, Task> _serve;
    private readonly RuntimeContext _context;
    private readonly ILogger _status;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();

    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The loop's own.
    private readonly List<Worker> _workers = [];
    private readonly List<Task> _retiring = [];
    private readonly RetryState _retries = new();
    private bool _refused;
    private TimeSpan? _retryAfter;
    private string? _lastComplaint;
    private long _lastComplaintAt;
    private long? _quietSince;
    private Task _loop = Task.CompletedTask;

    /// <param name="virtualDomain">What the bridge claims.</param>
    /// <param name="dialer">The outbound that the router chooses for the bridge's dial now; null where it can carry no session.</param>
    /// <param name="portal">An index into the dialer's portals.</param>
    /// <param name="serve">Handles a session's streams until it ends.</param>
    /// <param name="context">Loggers, time.</param>
    public WorkerGroup(string virtualDomain, Func<IInterconnectDialer?> dialer, int portal, Func<IMuxSession, Task> serve, RuntimeContext context)
    {
        _virtualDomain = virtualDomain;
        _dialer = dialer;
        _portal = portal;
        _serve = serve;
        _context = context;
        _status = context.StatusLogger;
    }

    /// <summary>Completes when the first session has come about; never where none does.</summary>
    public Task Connected => _connected.Task;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Dials no more; sessions that exist go on.</summary>
    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    /// <summary>Dials no more, and lets the streams of all workers finish until the token fires. May be called again, with another token.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        await using var abort = cancellationToken.Register(_abort.Cancel);
        await Task.WhenAll(_workers.Select(worker => worker.Session.DrainAsync(cancellationToken)).Concat(_retiring));
        await Task.WhenAll(_workers.Select(worker => worker.Serving));
    }

    /// <summary>To be called once stopped.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _abort.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                DropEnded();
                var streams = _workers.Sum(worker => worker.Session.StreamCount);
                switch (WorkerPolicy.Decide(_workers.Count, streams, QuietFor(streams)))
                {
                    case WorkerDecision.Add:
                        await AddAsync();
                        break;
                    case WorkerDecision.Retire:
                        RetireOne();
                        break;
                    default:
                        await SleepAsync();
                        break;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Until the next look, or until a worker ends.</summary>
    private async Task SleepAsync()
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny([Task.Delay(LookInterval, _context.Time, awake.Token), .. _workers.Select(worker => worker.Session.Draining)]);
        await awake.CancelAsync();
    }

    /// <summary>A worker that takes no more streams is no worker: it finishes on its own, and another one is dialled at once.</summary>
    private void DropEnded()
    {
        foreach (var worker in _workers.Where(worker => !worker.Stable && _context.Time.GetElapsedTime(worker.Since) >= Backoff.StableAfter))
        {
            worker.Stable = true;
            _retries.SessionIsStable();
        }

        var ended = _workers.Where(worker => worker.Session.Draining.IsCompleted).ToList();
        if (ended.Any(worker => worker.Stable))
        {
            _retries.SessionIsStable();
        }
        else if (ended.Count > 0)
        {
            // One portal's end takes all its sessions along, and is still one failure.
            _retries.SessionDiedYoung();

            // A portal that has let the bridge in is there, and most likely restarts: it is asked as often as one that refuses.
            _refused = true;
        }

        foreach (var worker in ended)
        {
            _workers.Remove(worker);
            _retiring.Add(FinishAsync(worker));
        }

        _retiring.RemoveAll(task => task.IsCompleted);
    }

    /// <summary>The peer ends the session when its streams have ended; a stop that is out of patience does not wait for that.</summary>
    private async Task FinishAsync(Worker worker)
    {
        await using var abort = _abort.Token.Register(() => worker.Session.Abort(MuxErrorCode.Cancel, "the bridge stops"));
        await worker.Serving;
    }

    private TimeSpan QuietFor(int streams)
    {
        if (!WorkerPolicy.IsQuiet(_workers.Count, streams))
        {
            _quietSince = null;
            return TimeSpan.Zero;
        }

        _quietSince ??= _context.Time.GetTimestamp();
        return _context.Time.GetElapsedTime(_quietSince.Value);
    }

    private void RetireOne()
    {
        _quietSince = null;
        var worker = _workers.MinBy(candidate => candidate.Session.StreamCount)!;
        _workers.Remove(worker);
        _retiring.Add(worker.Session.DrainAsync(_abort.Token));
        _retiring.Add(worker.Serving);
    }

    private async Task AddAsync()
    {
        var delay = Backoff.Delay(_retries.Failures, _refused, _retryAfter, Random.Shared.NextDouble());
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, _context.Time, _stop.Token);
        }

        _refused = false;
        _retryAfter = null;
        var dialer = _dialer();
        if (dialer is null || _portal >= dialer.Portals.Count)
        {
            _retries.DialFailed();
            Complain($"the router sends '{_virtualDomain}' to no outbound of protocol 'tunnel'", null);
            return;
        }

        var portal = dialer.Portals[_portal];
        try
        {
            var session = await dialer.DialAsync(_portal, _virtualDomain, _stop.Token);
            _lastComplaint = null;
            var worker = new Worker(session, _context.Time.GetTimestamp(), ServeAsync(session, portal));
            _workers.Add(worker);
            _connected.TrySetResult();
            BridgeLog.Connected(_status, _virtualDomain, portal, _workers.Count);
        }
        catch (InterconnectException exception)
        {
            _retries.DialFailed();
            _refused = exception.InnerException is DialException { Failure: DialFailure.Refused };
            _retryAfter = exception.RetryAfter;
            Complain(exception.Message, portal);
        }
    }

    /// <summary>The same failure again and again is said once, and then once in a while.</summary>
    private void Complain(string message, string? portal)
    {
        if (message == _lastComplaint && _context.Time.GetElapsedTime(_lastComplaintAt) < RepeatInterval)
        {
            return;
        }

        _lastComplaint = message;
        _lastComplaintAt = _context.Time.GetTimestamp();
        var next = Backoff.Delay(_retries.Failures, _refused, _retryAfter, 1);
        BridgeLog.CannotConnect(_status, _virtualDomain, portal ?? "a portal", message.TrimEnd('.'), Math.Round(next.TotalSeconds, 1));
    }

    private async Task ServeAsync(IMuxSession session, string portal)
    {
        using var counted = _context.Metrics.Session(_virtualDomain);
        await _serve(session);
        var end = await session.Completion;
        if (end.IsOrderly)
        {
            BridgeLog.Closed(_status, _virtualDomain, portal, end.Message);
        }
        else if (!_stop.IsCancellationRequested)
        {
            BridgeLog.Lost(_status, _virtualDomain, portal, end.Message);
        }
    }

    private sealed class Worker(IMuxSession session, long since, Task serving)
    {
        public IMuxSession Session => session;

        public long Since => since;

        public Task Serving => serving;

        /// <summary>Whether it has lived for <see cref="Backoff.StableAfter"/>.</summary>
        public bool Stable { get; set; }
    }
}
