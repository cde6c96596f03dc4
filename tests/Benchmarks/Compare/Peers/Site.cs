using System.Net;
using System.Net.Sockets;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>Where the two sides of a tunnel are: both on loopback, or in two networks with a line between them.</summary>
internal sealed class Site
{
    private readonly FaultNetwork? _network;
    private readonly string _folder;
    private int _folders;

    /// <param name="folder">For files of the peers.</param>
    /// <param name="network">Null for loopback.</param>
    public Site(string folder, FaultNetwork? network = null)
    {
        _folder = folder;
        _network = network;
        PortalAddress = network?.PortalAddress ?? IPAddress.Loopback;
        BridgeAddress = network?.BridgeAddress ?? IPAddress.Loopback;
    }

    /// <summary>Where the portal's side can be reached from both sides.</summary>
    public IPAddress PortalAddress { get; }

    /// <summary>Where the bridge's side can be reached from both sides.</summary>
    public IPAddress BridgeAddress { get; }

    /// <summary>A new folder.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder, $"{Interlocked.Increment(ref _folders)}")).FullName;

    /// <summary>Starts a program on the portal's side.</summary>
    public ProgramProcess StartAtPortal(string name, string file, params string[] arguments) => Start(_network?.Portal, name, file, arguments);

    /// <summary>Starts a program on the bridge's side.</summary>
    public ProgramProcess StartAtBridge(string name, string file, params string[] arguments) => Start(_network?.Bridge, name, file, arguments);

    /// <summary>Connects from where the visitors are.</summary>
    public Socket Visit(IPEndPoint door)
    {
        var socket = _network is null ? NewSocket() : _network.Portal.Run(NewSocket);
        try
        {
            socket.Connect(door);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket that listens where the targets are, for both sides.</summary>
    public Socket Listen()
    {
        var socket = _network is null ? NewSocket() : _network.Bridge.Run(NewSocket);
        socket.Bind(new IPEndPoint(_network is null ? IPAddress.Loopback : IPAddress.Any, 0));
        socket.Listen(4096);
        return socket;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static ProgramProcess Start(NetworkNamespace? network, string name, string file, string[] arguments)
    {
        if (network is null)
        {
            return ProgramProcess.Start(name, file, arguments);
        }

        var (command, words) = network.Command(file, arguments);
        return ProgramProcess.Start(name, command, words);
    }
}
