using System.Diagnostics;
using Tunnel.Mux.Output;

namespace Tunnel.Mux.Tests.Output;

public sealed class AsyncSignalTests
{
    // On two cores that is about a hundred thousand rounds; a wake-up used to be lost once in twenty to ninety thousand.
    private static readonly TimeSpan Effort = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_signal_that_was_set_is_not_waited_for_and_counts_once()
    {
        var signal = new AsyncSignal();
        signal.Set();
        signal.Set();
        Assert.True(signal.WaitAsync().AsTask().IsCompletedSuccessfully);

        var second = signal.WaitAsync().AsTask();
        Assert.False(second.IsCompleted);
        signal.Set();
        await second.WaitAsync(Condition.Patience);
    }

    /// <summary>
    /// What was written before a Set is seen by whoever it wakes, or by whoever found the signal set already: a processor that
    /// puts the read of the signal before that write must not cost a wake-up.
    /// </summary>
    [Fact]
    public async Task Nothing_that_was_written_before_a_set_is_overlooked()
    {
        var waiter = new Waiter();
        var waiting = Task.Run(waiter.RunAsync);
        await Task.Run(() =>
        {
            var effort = Stopwatch.StartNew();
            for (var round = 1; effort.Elapsed < Effort; round++)
            {
                waiter.Signal.Set();
                waiter.Written = round;
                waiter.Signal.Set();
                if (round % 8 == 0)
                {
                    var patience = TimeSpan.FromSeconds(30);
                    Assert.True(SpinWait.SpinUntil(() => waiter.Seen >= round, patience), $"what was written in round {round} was never seen");
                }
            }

            waiter.Written = int.MaxValue;
            waiter.Signal.Set();
        });
        await waiting.WaitAsync(Condition.Patience);
    }

    private sealed class Waiter
    {
        private volatile int _written;
        private volatile int _seen;

        public AsyncSignal Signal { get; } = new();

        public int Written
        {
            get => _written;
            set => _written = value;
        }

        public int Seen => _seen;

        public async Task RunAsync()
        {
            while (_seen != int.MaxValue)
            {
                _seen = _written;
                if (_seen != int.MaxValue)
                {
                    await Signal.WaitAsync();
                }
            }
        }
    }
}
