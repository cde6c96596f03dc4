using System.Collections.Immutable;

namespace Tunnel.Shared.Reloading;

/// <summary>Looks in an interval whether a configuration's files have changed, and says so once they have come to rest.</summary>
/// <remarks>
/// It looks, rather than ask the system for notice: what editors, <c>mv</c>, symbolic links that a container's runtime turns over
/// and network file systems do to a file is the same to it, there are no limits to run into, and a look at a few files costs microseconds.
/// </remarks>
/// <param name="file">The configuration.</param>
/// <param name="changed">Reads it again.</param>
/// <param name="time">The clock.</param>
internal sealed class FileWatch(ConfigFile file, Func<Task> changed, TimeProvider time)
{
    /// <summary>How often it looks. A change is taken up when two looks find the same: an editor that truncates and writes is done by then.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // The loop's own.
    private ImmutableDictionary<string, FileStamp> _last = file.Look().Now;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await LookAsync();
        }
    }

    internal async Task LookAsync()
    {
        var (now, isAsRead) = file.Look();
        if (!isAsRead && ConfigFile.AreSame(now, _last))
        {
            await changed();
        }

        _last = now;
    }
}
