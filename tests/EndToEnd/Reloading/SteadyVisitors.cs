using System.Net;
using System.Net.Sockets;
using Tunnel.Testing;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Reloading;

/// <summary>Visitors who come one after the other, several at once, ask an echo something, and count whoever was not answered.</summary>
public sealed class SteadyVisitors : IAsyncDisposable
{
    private const int AtOnce = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _visiting;
    private long _served;
    private int _failures;

    private SteadyVisitors(EndPoint endPoint) =>
        _visiting = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(number => Task.Run(() => VisitAsync(endPoint, number))));

    /// <summary>Who got the right answer.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>Who did not.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>What the first of these met.</summary>
    public string? FirstFailure { get; private set; }

    public static SteadyVisitors Start(EndPoint endPoint) => new(endPoint);

    /// <summary>Waits until so many more were served; fails on the first who was not.</summary>
    public Task WaitForMoreAsync(long count)
    {
        var target = Served + count;
        return Eventually.HoldsAsync(
            () =>
            {
                Assert.True(Failures == 0, $"{Failures} visitors were not served, the first: {FirstFailure}");
                return Served >= target;
            },
            Limit,
            () => $"only {Served} of {target} visitors were served");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _visiting;
        _stop.Dispose();
    }

    private async Task VisitAsync(EndPoint endPoint, int number)
    {
        for (var turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            var question = $"visitor {number} for the {turn}. time";
            try
            {
                var answer = await Visitor.AskAsync(endPoint, question, Limit);
                Count(answer == question ? null : $"'{answer}' in answer to '{question}'");
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                Count(exception.Message);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Count(string? failure)
    {
        if (failure is null)
        {
            Interlocked.Increment(ref _served);
        }
        else
        {
            FirstFailure ??= failure;
            Interlocked.Increment(ref _failures);
        }
    }
}
