using System.Globalization;

namespace Tunnel.Testing.Programs;

/// <summary>What Linux says about a process.</summary>
public static class ProcessFigures
{
    // USER_HZ is 100 on every architecture .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Resident memory in bytes, shared pages counted in full.</summary>
    public static long ResidentBytes(int pid) => KibibytesOf($"/proc/{pid}/status", "VmRSS:") * 1024;

    /// <summary>Proportional memory in bytes: a page shared by n processes counts one n-th.</summary>
    public static long ProportionalBytes(int pid) => KibibytesOf($"/proc/{pid}/smaps_rollup", "Pss:") * 1024;

    /// <summary>
    /// Resident memory in bytes that no file stands behind: heaps and stacks, neither code nor what is shared. What other processes do
    /// changes nothing of it, as it does of <see cref="ProportionalBytes"/>: for comparing before and after.
    /// </summary>
    public static long AnonymousBytes(int pid) => KibibytesOf($"/proc/{pid}/smaps_rollup", "Anonymous:") * 1024;

    /// <summary>The open file descriptors, sockets among them.</summary>
    public static int OpenDescriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    /// <summary>
    /// The open file descriptors without those of code: an assembly is opened when it is first needed, and its symbols when a failure
    /// is first described, which is no leak however late it comes.
    /// </summary>
    public static int OpenDescriptorsWithoutCode(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Count(descriptor => Path.GetExtension(new FileInfo(descriptor).LinkTarget) is not (".dll" or ".pdb" or ".so"));

    /// <summary>The open sockets, listening ones and those of other kinds among them.</summary>
    public static int OpenSockets(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Count(descriptor => new FileInfo(descriptor).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>User and system time used so far.</summary>
    public static TimeSpan CpuTime(int pid)
    {
        // The command may hold spaces, so count the fields from its closing parenthesis on (proc(5)).
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>
    /// How often its threads have begun to wait, which is how often they have been woken. Threads that have ended are not counted any more.
    /// </summary>
    public static long ContextSwitches(int pid)
    {
        const string Field = "voluntary_ctxt_switches:";
        return Directory.GetDirectories($"/proc/{pid}/task")
            .Select(static task => File.ReadLines($"{task}/status").First(static line => line.StartsWith(Field, StringComparison.Ordinal)))
            .Sum(static line => long.Parse(line.AsSpan(Field.Length).Trim(), CultureInfo.InvariantCulture));
    }

    private static long KibibytesOf(string file, string field)
    {
        var line = File.ReadLines(file).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture);
    }
}
