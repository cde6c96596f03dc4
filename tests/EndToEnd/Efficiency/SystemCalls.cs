using System.Globalization;
using System.Text.RegularExpressions;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Efficiency;

/// <summary>
/// Counts the system calls of a process with strace. The counters of <c>/proc/PID/io</c> would need no tool, but leave out sendmsg and
/// recvmsg, which is what sockets use.
/// </summary>
internal sealed partial class SystemCalls : IAsyncDisposable
{
    private readonly ProgramProcess _strace;
    private readonly string _file;

    private SystemCalls(ProgramProcess strace, string file) => (_strace, _file) = (strace, file);

    /// <summary>Counts from now on; the summary is written to <paramref name="file"/>.</summary>
    public static async Task<SystemCalls> CountAsync(int pid, string file)
    {
        var id = pid.ToString(CultureInfo.InvariantCulture);
        var calls = new SystemCalls(ProgramProcess.Start("strace", Peer.Require("strace"), ["-c", "-f", "-o", file, "-p", id]), file);
        try
        {
            await calls._strace.WaitForLineAsync(Attached);
        }
        catch
        {
            await calls.DisposeAsync();
            throw;
        }

        return calls;
    }

    /// <summary>Lets go of the process; returns the calls since the start by name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> StopAsync()
    {
        _strace.Terminate();
        await _strace.WaitForExitAsync();

        // "% time, seconds, usecs/call, calls, errors where there were some, name"
        return File.ReadLines(_file)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static row => row.Length >= 5 && char.IsAsciiDigit(row[0][0]) && row[^1] != "total")
            .ToDictionary(static row => row[^1], static row => long.Parse(row[3], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync() => _strace.DisposeAsync();

    [GeneratedRegex(@"\battached\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Attached { get; }
}
