using System.Net;
using System.Net.Sockets;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Upstreams;

/// <summary>A real proxy between a bridge and its portal, which can end and come back on the same port.</summary>
public sealed class ProxyProgram : IAsyncDisposable
{
    /// <summary>The user that every proxy here knows.</summary>
    public const string User = "ann";

    /// <summary>The user's password.</summary>
    public const string Password = "correct-horse";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Func<ProgramProcess> _start;
    private ProgramProcess _process;

    private ProxyProgram(string protocol, IPEndPoint endPoint, Func<ProgramProcess> start)
    {
        Protocol = protocol;
        EndPoint = endPoint;
        _start = start;
        _process = start();
    }

    /// <summary>The outbound's protocol for it.</summary>
    public string Protocol { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>What it has printed.</summary>
    public OutputLog Log => _process.Output;

    /// <summary>A SOCKS5 server that wants a password.</summary>
    public static Task<ProxyProgram> StartMicrosocksAsync(Action<string> report)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        string[] arguments = ["-i", "127.0.0.1", "-p", $"{endPoint.Port}", "-u", User, "-P", Password];
        return UpAsync(new ProxyProgram("socks", endPoint, () => ProgramProcess.Start("microsocks", Peer.Require("microsocks"), arguments, report: report)));
    }

    /// <summary>A SOCKS5 server that asks for no user and takes datagrams too.</summary>
    public static Task<ProxyProgram> StartDanteAsync(TempDirectory files, Action<string> report)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var configuration = files.Write($"danted-{endPoint.Port}.conf", $$"""
            logoutput: stderr
            internal: 127.0.0.1 port = {{endPoint.Port}}
            external: lo
            clientmethod: none
            socksmethod: none
            client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
            socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
            """);
        string[] arguments = ["-f", configuration, "-p", files.File($"danted-{endPoint.Port}.pid")];
        return UpAsync(new ProxyProgram("socks", endPoint, () => ProgramProcess.Start("danted", Peer.Require("danted"), arguments, report: report)));
    }

    /// <summary>An HTTP proxy that wants a password, and allows CONNECT to one port only.</summary>
    public static Task<ProxyProgram> StartTinyproxyAsync(TempDirectory files, int allowedPort, Action<string> report)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var configuration = files.Write($"tinyproxy-{endPoint.Port}.conf", $"""
            Port {endPoint.Port}
            Listen 127.0.0.1
            Timeout 600
            LogLevel Connect
            MaxClients 100
            Allow 127.0.0.1
            BasicAuth {User} {Password}
            ConnectPort {allowedPort}
            """);
        return UpAsync(new ProxyProgram(
            "http", endPoint, () => ProgramProcess.Start("tinyproxy", Peer.Require("tinyproxy"), ["-d", "-c", configuration], report: report)));
    }

    /// <summary>Ends it without warning.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again on its port.</summary>
    public async Task StartAgainAsync()
    {
        await _process.DisposeAsync();
        _process = _start();
        await UpAsync(this);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Those that fork take their children along.
            _process.Terminate();
            await _process.WaitForExitAsync();
        }

        await _process.DisposeAsync();
    }

    private static async Task<ProxyProgram> UpAsync(ProxyProgram proxy)
    {
        await Eventually.HoldsAsync(
            () => proxy.IsUpAsync(), StartLimit, () => $"{proxy._process.Name} does not listen:\n{proxy.Log.Text()}");
        return proxy;
    }

    private async Task<bool> IsUpAsync()
    {
        Assert.False(_process.HasExited, $"{_process.Name} has ended:\n{Log.Text()}");
        try
        {
            using var visitor = await Visitor.ConnectAsync(EndPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
