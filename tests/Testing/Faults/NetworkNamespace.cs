using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.Testing.Faults;

/// <summary>A network of its own (network_namespaces(7)): interfaces, addresses, routes and ports that nobody else sees.</summary>
/// <remarks>
/// It has no name. A thread holds it, and the kernel removes it with everything inside when the thread and all programs in it have
/// ended, so even a test run that is killed leaves nothing behind. To look inside while a test waits:
/// <c>nsenter --net=</c><see cref="Path"/>.
/// </remarks>
public sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private static readonly Lazy<string?> Obstacle = new(FindObstacle);

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private NetworkNamespace()
    {
        var entered = new TaskCompletionSource<string>();
        _thread = new Thread(() => Serve(entered)) { IsBackground = true, Name = "network namespace" };
        _thread.Start();
        Path = entered.Task.GetAwaiter().GetResult();
    }

    /// <summary>Why this process cannot make namespaces with tun devices, null when it can.</summary>
    public static string? Unavailable => Obstacle.Value;

    /// <summary>The file that stands for it, valid as long as it is not disposed.</summary>
    public string Path { get; }

    /// <summary>Makes one with its loopback interface up.</summary>
    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        var made = new NetworkNamespace();
        await made.IpAsync("link set lo up");
        return made;
    }

    /// <summary>
    /// Runs <paramref name="function"/> on the thread that lives here. A socket belongs for good to the namespace in which it is
    /// made, and so do the sockets that it accepts.
    /// </summary>
    public T Run<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>The command that runs <paramref name="file"/> in here; it replaces itself by the program, so the process id is the program's.</summary>
    public (string File, string[] Arguments) Command(string file, params IEnumerable<string> arguments) =>
        (Peer.Require("nsenter"), [$"--net={Path}", "--", file, .. arguments]);

    /// <summary>Runs commands of ip(8) in here, each without the word <c>ip</c>; fails when one of them does.</summary>
    public async Task IpAsync(params string[] commands)
    {
        var (file, arguments) = Command(Peer.Require("ip"), "-batch", "-");
        var result = await Tool.RunAsync(file, arguments, System.Text.Encoding.ASCII.GetBytes(string.Join('\n', commands) + '\n'));
        Assert.True(result.ExitCode == 0, $"ip {string.Join("; ", commands)}: {result}");
    }

    /// <summary>Sets a value below <c>/proc/sys/net</c> in here, such as <c>ipv4/tcp_rmem</c>.</summary>
    public void Set(string name, string value) => Run(() =>
    {
        File.WriteAllText($"/proc/sys/net/{name}", value);
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ThreadId();

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "network namespaces exist on Linux only";
        }

        try
        {
            using var probe = new NetworkNamespace();
            using var device = probe.Run(() => TunDevice.Open("probe", offload: false));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            return $"{e.Message} (needs root, or the capabilities SYS_ADMIN and NET_ADMIN)";
        }
    }

    private void Serve(TaskCompletionSource<string> entered)
    {
        if (Unshare(CloneNewNet) != 0)
        {
            entered.SetException(new InvalidOperationException($"no network namespaces: {Marshal.GetLastPInvokeErrorMessage()}"));
            return;
        }

        entered.SetResult($"/proc/{Environment.ProcessId}/task/{ThreadId()}/ns/net");
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
