using System.Net;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Balancing;

/// <summary>A target that says its name, and can die and come back at the same address.</summary>
internal sealed class MortalTarget : IAsyncDisposable
{
    private readonly string _name;
    private readonly EndPoint _endPoint;
    private TcpTarget? _target;

    public MortalTarget(string name)
    {
        _name = name;
        _endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        _target = TcpTargets.Named(name, _endPoint);
        Address = _target.Address;
    }

    public string Address { get; }

    public int Open => _target?.Open ?? 0;

    /// <summary>Ends with all its connections; from then on nobody listens.</summary>
    public async Task DieAsync()
    {
        await _target!.DisposeAsync();
        _target = null;
    }

    public void Return() => _target = TcpTargets.Named(_name, _endPoint);

    public async ValueTask DisposeAsync()
    {
        if (_target is not null)
        {
            await _target.DisposeAsync();
        }
    }
}
