using System.Globalization;

namespace Tunnel.Fuzz.Engine;

/// <summary>How much of a processor a thread has used, asked from another thread. Linux only.</summary>
internal sealed class ThreadClock
{
    /// <summary>The kernel's unit in <c>/proc</c>, the same on every Linux.</summary>
    private const double TicksPerSecond = 100;

    private readonly string _path;

    private ThreadClock(string path) => _path = path;

    /// <summary>The clock of the calling thread; null where there is none.</summary>
    public static ThreadClock? OfThisThread() =>
        OperatingSystem.IsLinux() && File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)?.Name is { } id
            ? new ThreadClock($"/proc/self/task/{id}/stat")
            : null;

    /// <summary>The time used so far; null where the thread has ended.</summary>
    public TimeSpan? Used
    {
        get
        {
            try
            {
                // The name in brackets may contain blanks; user and system time are the 12th and 13th field behind it.
                var fields = File.ReadAllText(_path).Split(") ")[^1].Split(' ');
                return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}
