using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>Sends back what comes, without a thread for each connection: for thousands that do nothing.</summary>
/// <remarks>A process of its own, because the visitors alone may need most of the descriptors that a process can have.</remarks>
internal sealed partial class EchoTarget : IAsyncDisposable
{
    private const int BufferBytes = 256;

    /// <summary>The word that makes this program such a target.</summary>
    public const string Command = "echo-target";

    private readonly ProgramProcess _process;

    private EchoTarget(ProgramProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Starts the process.</summary>
    public static async Task<EchoTarget> StartAsync()
    {
        var process = ProgramProcess.Start("echo target", Environment.ProcessPath!, [Command]);
        var line = await process.WaitForLineAsync(PortLine());
        return new EchoTarget(process, int.Parse(line.Value, CultureInfo.InvariantCulture));
    }

    /// <summary>What the process does, until it is killed.</summary>
    public static async Task RunAsync(Site site)
    {
        using var listener = site.Listen();
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
        while (true)
        {
            _ = ServeAsync(await listener.AcceptAsync());
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex("^[0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex PortLine();

    private static async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[BufferBytes];
                while (await socket.ReceiveAsync(buffer) is var read and > 0)
                {
                    await socket.SendAsync(buffer.AsMemory(0, read));
                }
            }
            catch (SocketException)
            {
                // The visitor has gone.
            }
        }
    }
}
