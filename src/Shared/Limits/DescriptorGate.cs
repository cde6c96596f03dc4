using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Limits;

/// <summary>
/// Holds listeners back while this process has hardly any file descriptors left: those that are left are for what visitors who
/// are inside already need. The system gives out the lowest free number, so the number of a new socket says how many are in use.
/// </summary>
internal sealed class DescriptorGate
{
    private const int LeastReserve = 64;
    private const int ReserveShare = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly long _most;
    private readonly Func<Socket, long> _numberOf;
    private readonly TimeProvider _time;
    private readonly Occasion _occasion;

    /// <param name="limit">How many descriptors the process may have; null where nobody knows.</param>
    /// <param name="numberOf">A socket's number.</param>
    /// <param name="time">Clock.</param>
    public DescriptorGate(long? limit, Func<Socket, long> numberOf, TimeProvider time)
    {
        _most = limit is { } known ? known - Math.Max(LeastReserve, known / ReserveShare) : long.MaxValue;
        _numberOf = numberOf;
        _time = time;
        _occasion = new Occasion(time);
    }

    /// <summary>That of this process.</summary>
    public static DescriptorGate Process { get; } = new(ReadLimit(), static socket => socket.SafeHandle.DangerousGetHandle(), TimeProvider.System);

    /// <summary>Whether a socket that was just opened is one of the last there may be.</summary>
    public bool IsNearLimit(Socket socket) => _numberOf(socket) >= _most;

    /// <summary>Returns when there is room for more.</summary>
    public async Task WhenRoomAsync(ILogger log, CancellationToken cancellationToken)
    {
        if (_occasion.IsNow())
        {
            LimitsLog.DescriptorsScarce(log, _most);
        }

        do
        {
            await Task.Delay(Pause, _time, cancellationToken);
        }
        while (IsScarce());
    }

    private bool IsScarce()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            return IsNearLimit(probe);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>The runtime has raised the soft limit to the hard one when it started.</summary>
    private static long? ReadLimit()
    {
        const string Name = "Max open files";
        try
        {
            var line = OperatingSystem.IsLinux()
                ? File.ReadLines("/proc/self/limits").FirstOrDefault(static line => line.StartsWith(Name, StringComparison.Ordinal))
                : null;
            return long.TryParse(line?[Name.Length..].Trim().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
