using System.Globalization;
using System.Text;

namespace Tunnel.Shared.CommandLine;

/// <summary>
/// Takes a secret that was given as an argument out of the list of processes, which everybody on the machine can read. It
/// stood there until now: an argument that is not given is better.
/// </summary>
public static class ArgumentEraser
{
    // The kernel's own bound is a few MiB; who starts programs with more than this has no secret in reach.
    private const int MaxBytes = 128 * 1024;

    // The place of arg_start among the fields of /proc/PID/stat that follow the command's closing parenthesis (proc(5)).
    private const int ArgumentStart = 45;

    /// <summary>
    /// Overwrites <paramref name="secret"/> with stars wherever it stands among this process's arguments. Linux only; false
    /// where nothing was overwritten, which is no error: the kernel may forbid it.
    /// </summary>
    public static bool TryErase(string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            return TryErase(Encoding.UTF8.GetBytes(secret));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static bool TryErase(ReadOnlySpan<byte> secret)
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var start = long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[ArgumentStart], CultureInfo.InvariantCulture);
        var arguments = File.ReadAllBytes("/proc/self/cmdline");
        if (start <= 0 || arguments.Length > MaxBytes)
        {
            return false;
        }

        using var memory = File.OpenHandle("/proc/self/mem", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var current = new byte[arguments.Length];
        if (RandomAccess.Read(memory, current, start) != current.Length || !current.AsSpan().SequenceEqual(arguments))
        {
            // Not where they are thought to be: nothing is written.
            return false;
        }

        Span<byte> stars = new byte[secret.Length];
        stars.Fill((byte)'*');
        var erased = false;
        for (var from = 0; current.AsSpan(from).IndexOf(secret) is >= 0 and var found; from += found + secret.Length)
        {
            RandomAccess.Write(memory, stars, start + from + found);
            erased = true;
        }

        return erased;
    }
}
