using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Bounds;

/// <summary>Looks all the time how much memory programs hold, as <see cref="ProcessFigures.AnonymousBytes"/>.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ProgramProcess[] _programs;
    private readonly long[] _starts;
    private readonly long[] _peaks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public MemoryWatch(params ProgramProcess[] programs)
    {
        _programs = programs;
        _starts = [.. programs.Select(static program => ProcessFigures.AnonymousBytes(program.Id))];
        _peaks = [.. _starts];
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>What each program held at the start of the watch, and the most since.</summary>
    public async Task<IReadOnlyList<(string Name, long Start, long Peak)>> StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        return [.. _programs.Select((program, i) => (program.Name, _starts[i], _peaks[i]))];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            for (var i = 0; i < _programs.Length; i++)
            {
                _peaks[i] = Math.Max(_peaks[i], ProcessFigures.AnonymousBytes(_programs[i].Id));
            }

            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
