using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Tunnel.Testing.Programs;

/// <summary>A program that runs in the background of a test: its log, its signals, its figures.</summary>
/// <remarks>Disposing kills it and reports the tail of its log, which the runner shows when the test has failed.</remarks>
public sealed partial class ProgramProcess : IAsyncDisposable
{
    /// <summary>A program prints its first line within this time even on a machine that is busy with other tests.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    // signal(7), as on all architectures that .NET runs on.
    private const int SigHup = 1;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private const int ReportedLines = 80;

    private readonly Process _process;
    private readonly Action<string>? _report;
    private readonly Task _exited;

    private ProgramProcess(string name, Process process, Action<string>? report)
    {
        Name = name;
        Id = process.Id;
        _process = process;
        _report = report;
        process.OutputDataReceived += (_, e) => Add(OutputStream.Output, e.Data);
        process.ErrorDataReceived += (_, e) => Add(OutputStream.Error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        _exited = WatchAsync();
    }

    /// <summary>What the program is called in messages.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>What it has printed.</summary>
    public OutputLog Output { get; } = new();

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program with standard input closed.</summary>
    public static ProgramProcess Start(
        string name,
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? report = null)
    {
        var process = ProcessStarter.Start(file, arguments, start =>
        {
            foreach (var (variable, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                start.Environment[variable] = value;
            }
        });
        return new ProgramProcess(name, process, report);
    }

    /// <summary>Waits for a line, printed or to come, at or after the mark <paramref name="from"/>.</summary>
    /// <remarks>Fails at once when the program ends without it, and shows the log's tail.</remarks>
    public async Task<Match> WaitForLineAsync(Regex pattern, TimeSpan? limit = null, int from = 0)
    {
        using var timeout = new CancellationTokenSource(limit ?? DefaultPatience);
        try
        {
            var match = await Output.FirstMatchAsync(pattern, from, timeout.Token);
            if (match is not null)
            {
                return match;
            }

            await _exited;
            Assert.Fail($"{Name} ended with exit code {_process.ExitCode} without a line matching /{pattern}/:\n{Output.Text(ReportedLines)}");
        }
        catch (OperationCanceledException)
        {
            var seconds = (limit ?? DefaultPatience).TotalSeconds;
            Assert.Fail($"{Name} printed no line matching /{pattern}/ within {seconds:0.#} s:\n{Output.Text(ReportedLines)}");
        }

        throw new UnreachableException();
    }

    /// <summary>Asks the program to drain and end.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>Whether SIGHUP is ignored here, and so by every program that is started: under nohup it is.</summary>
    public static bool IsHangUpIgnored { get; } = OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & 1) != 0;

    /// <summary>Asks the program to read its configuration again.</summary>
    public void HangUp() => Signal(SigHup);

    /// <summary>Stops it where it is, as a machine that swaps or a laptop that sleeps does.</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>Lets a frozen program go on.</summary>
    public void Thaw() => Signal(SigCont);

    /// <summary>Ends it without warning, as the kernel or a power cut would.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        try
        {
            await _exited.WaitAsync(limit ?? DefaultPatience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Name} still runs after {(limit ?? DefaultPatience).TotalSeconds:0.#} s:\n{Output.Text(ReportedLines)}");
        }

        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var running = !_process.HasExited;
        ProcessStarter.End(_process);
        await _exited;
        _report?.Invoke($"--- {Name} ({(running ? "killed at the end of the test" : $"exit code {_process.ExitCode}")}), the last lines:\n{Output.Text(ReportedLines)}");
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);

    private void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0)
        {
            Assert.Fail($"{Name} cannot be signalled: error {Marshal.GetLastPInvokeError()}\n{Output.Text(ReportedLines)}");
        }
    }

    private void Add(OutputStream stream, string? text)
    {
        if (text is not null)
        {
            Output.Add(stream, text);
        }
    }

    private async Task WatchAsync()
    {
        // Returns after both streams have been read to their ends.
        await _process.WaitForExitAsync();
        Output.End();
    }
}
