using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tunnel.Testing.Programs;

/// <summary>Starts processes that die with this one, however this one ends.</summary>
/// <remarks>
/// The kernel sends the parent-death signal when the <em>thread</em> that forked ends, not the process. A thread of the
/// pool may end at any time, so all processes are started from one thread that lives as long as this process.
/// </remarks>
public static class ProcessStarter
{
    private const string DeathWrapper = "/usr/bin/setpriv";

    private static readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Result)> Requests = [];

    private static readonly ConcurrentDictionary<int, Process> Running = new();

    static ProcessStarter()
    {
        new Thread(Serve) { IsBackground = true, Name = "process starter" }.Start();

        // For systems without the wrapper, and for a test host that ends in good order.
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var process in Running.Values)
            {
                KillQuietly(process);
            }
        };
    }

    /// <summary>Starts a process. The wrapper replaces itself by the program, so the process id is the program's.</summary>
    public static Process Start(string file, IEnumerable<string> arguments, Action<ProcessStartInfo> configure)
    {
        var wrapped = File.Exists(DeathWrapper);
        var start = new ProcessStartInfo(wrapped ? DeathWrapper : file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (wrapped)
        {
            start.ArgumentList.Add("--pdeathsig");
            start.ArgumentList.Add("KILL");
            start.ArgumentList.Add("--");
            start.ArgumentList.Add(file);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // An apphost looks for the runtime in the usual places only; ours may have been unpacked anywhere.
        start.Environment.TryAdd("DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")));
        configure(start);

        var result = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((start, result));
        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the process if it still runs, and forgets it.</summary>
    public static void End(Process process)
    {
        Running.TryRemove(process.Id, out _);
        KillQuietly(process);
    }

    private static void Serve()
    {
        foreach (var (start, result) in Requests.GetConsumingEnumerable())
        {
            try
            {
                var process = Process.Start(start)!;
                Running[process.Id] = process;
                result.SetResult(process);
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                result.SetException(e);
            }
        }
    }

    private static void KillQuietly(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
