using System.Diagnostics;

namespace Tunnel.Fuzz.Engine;

/// <summary>Runs a target on a thread of its own, under a watch: an input that never ends is a failure, and ends the run.</summary>
internal sealed class TargetWorker(FuzzTarget target, RunLimits limits, int seed, IReadOnlyList<FuzzInput> saved)
{
    /// <summary>What one input may take of a processor. The slowest takes some milliseconds.</summary>
    private static readonly TimeSpan MostProcessorTime = TimeSpan.FromSeconds(5);

    /// <summary>What one input may take at all, also where it only waits, on a machine with much else to do.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TargetRun _run = new(target, limits, seed);
    private readonly TaskCompletionSource<TargetResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ThreadClock? _clock;

    public async Task<TargetResult> RunAsync()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = target.Name };
        thread.Start();
        RunningStep? watched = null;
        TimeSpan? usedBefore = null;
        while (!_result.Task.IsCompleted)
        {
            await Task.WhenAny(_result.Task, Task.Delay(Interval));
            var step = _run.Step;
            if (step is null || step != watched)
            {
                watched = step;
                usedBefore = _clock?.Used;
                continue;
            }

            var used = _clock?.Used - usedBefore;
            var elapsed = Stopwatch.GetElapsedTime(step.Start);
            if (used > MostProcessorTime || elapsed > MostTime)
            {
                var what = used > MostProcessorTime ? $"it took more than {MostProcessorTime.TotalSeconds:0} s of a processor" : $"it did not end within {MostTime.TotalSeconds:0} s";
                _result.TrySetResult(_run.Abandon(new Failure(target.Cases[step.Input.Case].Name, $"hang: {what}", InputFile.Save(target, step.Input))));
            }
        }

        return await _result.Task;
    }

    private void Work()
    {
        try
        {
            _clock = ThreadClock.OfThisThread();
            _result.TrySetResult(_run.Run(saved));
        }
#pragma warning disable CA1031 // The engine's own fault ends this target's run, and is reported with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _result.TrySetException(exception);
        }
    }
}
