using System.Collections.Concurrent;
using System.Diagnostics;
using Tunnel.Bridge.Workers;
using Tunnel.Mux;
using Tunnel.Shared.Interconnect;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Sessions;
using Tunnel.Testing.Time;

namespace Tunnel.Bridge.Tests.Workers;

/// <summary>A worker group with a clock that stands still and a network that the test plays.</summary>
internal sealed class WorkerGroupRig : IAsyncDisposable
{
    public const string Domain = "home.example";

    /// <summary>How far the clock moves at a time; a delay is measured to this grain.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly CountingTime _timers;
    private readonly ConcurrentQueue<SessionPair> _pairs = new();
    private readonly ConcurrentQueue<IMuxStream> _accepted = new();
    private readonly ConcurrentQueue<IMuxStream> _opened = new();

    public WorkerGroupRig()
    {
        Dialer = new FakeDialer(Clock);
        CurrentDialer = Dialer;
        Group = new WorkerGroup(Domain, () => CurrentDialer, 0, ServeAsync, TestContext.Create(Loggers, _timers = new CountingTime(Clock)));
    }

    public ManualTimeProvider Clock { get; } = new();

    public RecordingLoggers Loggers { get; } = new();

    public FakeDialer Dialer { get; }

    /// <summary>What the router says now.</summary>
    public IInterconnectDialer? CurrentDialer { get; set; }

    public WorkerGroup Group { get; }

    /// <summary>Waits for the next dial without moving the clock, and lets it succeed.</summary>
    public async Task<SessionPair> ConnectAsync() => await ConnectAsync(await Dialer.NextAsync());

    public async Task<SessionPair> ConnectAsync(FakeDial dial)
    {
        var connected = Loggers.With("connected:").Count;
        var pair = dial.Succeed();
        _pairs.Enqueue(pair);
        await Loggers.SeenAsync("connected:", connected + 1);

        // And now it sleeps, or dials the next one.
        await UntilAsync(() => Clock.ActiveTimers > 0 || Dialer.Waiting > 0);
        return pair;
    }

    /// <summary>Cuts a session's connection, and waits until the group has taken note: it dials, or begins to wait.</summary>
    public async Task CutAsync(SessionPair pair)
    {
        var before = _timers.Created;
        pair.Cut();
        await UntilAsync(() => _timers.Created > before || Dialer.Waiting > 0);
    }

    /// <summary>Moves the clock in small steps until the next dial.</summary>
    public async Task<FakeDial> NextDialAsync(TimeSpan within)
    {
        await AdvanceUntilAsync(() => Dialer.Waiting > 0, within);
        return await Dialer.NextAsync();
    }

    /// <summary>Moves the clock in small steps, each when the group sleeps, until the condition holds.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan within)
    {
        var end = Clock.Now + within;
        while (!condition())
        {
            Assert.True(Clock.Now <= end, $"nothing happened within {within}; the log:\n{Loggers}");
            await UntilAsync(() => Clock.ActiveTimers > 0 || condition());
            if (!condition())
            {
                Clock.Advance(Step);
            }
        }
    }

    /// <summary>Opens streams at the portal's end of a session, and waits until the bridge knows them.</summary>
    public async Task OpenAsync(SessionPair pair, int count)
    {
        var before = pair.Bridge.StreamCount;
        for (var i = 0; i < count; i++)
        {
            _opened.Enqueue(pair.Open());
        }

        await UntilAsync(() => pair.Bridge.StreamCount == before + count && _accepted.Count == _opened.Count);
    }

    /// <summary>Ends all streams in order, on both sides.</summary>
    public async Task EndStreamsAsync()
    {
        foreach (var stream in _opened.Concat(_accepted))
        {
            await stream.Output.CompleteAsync();
            await stream.Input.CompleteAsync();
        }

        await UntilAsync(() => _pairs.All(pair => pair.Bridge.StreamCount == 0));
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, "waited in vain");
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Group.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Limit);
        Group.Dispose();
        foreach (var pair in _pairs)
        {
            await pair.DisposeAsync();
        }
    }

    private async Task ServeAsync(IMuxSession session)
    {
        while (await session.AcceptAsync() is { } stream)
        {
            _accepted.Enqueue(stream);
        }
    }
}
