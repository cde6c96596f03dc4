using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.State;

namespace Tunnel.Shared.Control;

/// <summary>
/// Listens for commands, which only the program's own user can give: the socket's file is theirs.
/// </summary>
/// <remarks>
/// <code>
/// command  ->  its name, and behind a space what it is about; "\n"
/// program  ->  exit code in decimal, "\n", lines for people, each with "\n"; then it closes
/// </code>
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal sealed class ControlSocket : IDisposable
{
    /// <summary>Only the user's own processes come here, and one at a time is served.</summary>
    private const int Backlog = 16;

    private const int MaxRequestBytes = 8 * 1024;

    /// <summary>How long a client may take to say what it wants, and to take the answer.</summary>
    internal static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;

    private ControlSocket(Socket socket) => _socket = socket;

    /// <summary>
    /// Listens. Takes the place of a program that ended without a word, and of one that still runs with the same configuration:
    /// the one that started last is the one to talk to.
    /// </summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not.</exception>
    /// <exception cref="SocketException">It cannot.</exception>
    /// <exception cref="ArgumentException">The path is too long for a socket.</exception>
    public static ControlSocket Listen(string path)
    {
        PrivateFile.CreateDirectory(Path.GetDirectoryName(path)!);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var temporary = $"{path}.{Environment.ProcessId}";
        try
        {
            File.Delete(temporary);
            socket.Bind(new UnixDomainSocketEndPoint(temporary));

            // Before anybody can connect: nobody can before it listens, nor find it before it has its name.
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            File.Move(temporary, path, overwrite: true);
            return new ControlSocket(socket);
        }
        catch
        {
            socket.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Serves commands until cancelled.</summary>
    /// <param name="handle">Does what a line says. Does not throw.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<string, Task<ControlOutcome>> handle, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var client = await _socket.AcceptAsync(cancellationToken);
            try
            {
                await ServeAsync(client, handle, cancellationToken);
            }
            catch (Exception exception) when (exception is SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The client went away, or says nothing.
            }
        }
    }

    /// <summary>The file stays: by now it may be another program's. Nobody answers on it.</summary>
    public void Dispose() => _socket.Dispose();

    private static async Task ServeAsync(Socket client, Func<string, Task<ControlOutcome>> handle, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RequestLimit);
        var buffer = new byte[MaxRequestBytes];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n'))
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            if (read == 0)
            {
                return;
            }

            length += read;
        }

        // What is asked for takes its time; the asker has a limit of its own.
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        var end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
        var outcome = end < 0
            ? new ControlOutcome(ExitCodes.BadUsage, [$"a command has at most {MaxRequestBytes} bytes"])
            : await handle(Encoding.UTF8.GetString(buffer, 0, end));
        var answer = string.Join('\n', outcome.Lines.Prepend(outcome.ExitCode.ToString(CultureInfo.InvariantCulture))) + "\n";
        limit.CancelAfter(RequestLimit);
        for (ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(answer); !rest.IsEmpty;)
        {
            rest = rest[await client.SendAsync(rest, limit.Token)..];
        }

        client.Shutdown(SocketShutdown.Both);
    }
}
