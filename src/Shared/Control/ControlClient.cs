using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tunnel.Shared.Control;

/// <summary>Tells a running program something.</summary>
internal static class ControlClient
{
    /// <summary>A reload reads files and opens listeners; nobody waits for a network.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    /// <summary>Tells the program at a control socket to do something.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="command">One line.</param>
    /// <returns>What came of it; null where nobody answers there.</returns>
    public static async Task<ControlOutcome?> TellAsync(string path, string command)
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
            await socket.SendAsync(Encoding.UTF8.GetBytes(command + "\n"), limit.Token);
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var lines = (await reader.ReadToEndAsync(limit.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.Length > 0 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                ? new ControlOutcome(code, [.. lines[1..]])
                : null;
        }
        catch (Exception exception) when (exception is SocketException or IOException or ArgumentException or OperationCanceledException)
        {
            return null;
        }
    }
}
