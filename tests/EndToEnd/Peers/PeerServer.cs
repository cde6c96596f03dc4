using System.Net;
using System.Net.Sockets;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Peers;

/// <summary>A server of somebody else's that may have children of its own, so that it is asked to end rather than killed.</summary>
public sealed class PeerServer : IAsyncDisposable
{
    private PeerServer(ProgramProcess process) => Process = process;

    /// <summary>The server.</summary>
    public ProgramProcess Process { get; }

    /// <summary>Starts it and waits until something listens where it was told to.</summary>
    /// <param name="endPoint">Where it will listen.</param>
    /// <param name="file">Its program.</param>
    /// <param name="arguments">Its arguments, that keep it in the foreground.</param>
    /// <param name="user">Whom it runs as, where the tests run as root.</param>
    /// <param name="report">Told the tail of its log at the end.</param>
    public static async Task<PeerServer> StartAsync(EndPoint endPoint, string file, IEnumerable<string> arguments, string? user, Action<string> report)
    {
        // SIGTERM rather than SIGKILL when the tests are killed: its children would stay.
        string[] words = [.. Identity(user), "--pdeathsig", "TERM", "--", file, .. arguments];
        var server = new PeerServer(ProgramProcess.Start(Path.GetFileName(file), Peer.Require("setpriv"), words, report: report));
        try
        {
            await Eventually.HoldsAsync(() => server.IsUpAsync(endPoint), ProgramProcess.DefaultPatience, () => $"nothing listens on {endPoint}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What makes <c>setpriv</c> run a program as somebody else; nothing where the tests do not run as root.</summary>
    public static string[] Identity(string? user) => user is not null && Environment.IsPrivilegedProcess
        ? ["--reuid", user, "--regid", user, "--init-groups"]
        : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Terminate();
            await Process.WaitForExitAsync();
        }

        await Process.DisposeAsync();
    }

    private async Task<bool> IsUpAsync(EndPoint endPoint)
    {
        Assert.False(Process.HasExited, $"{Process.Name} has ended:\n{Process.Output.Text()}");
        try
        {
            using var visitor = await Visitor.ConnectAsync(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
