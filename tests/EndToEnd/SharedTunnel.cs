using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A pair before the target that the test which runs now has chosen.</summary>
public sealed class SharedTunnel : TunnelFixture
{
    private TcpTarget? _door;
    private volatile TcpTarget? _target;

    /// <summary>Where visitors come.</summary>
    public IPEndPoint Public { get; private set; } = null!;

    /// <summary>Lets <paramref name="target"/> serve all visitors from now on.</summary>
    public TcpTarget Use(TcpTarget target)
    {
        _target = target;
        return target;
    }

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        _door = TcpTargets.Chosen(() => _target!);
        Public = await StartPairAsync(TestKey.New(), _door.Address);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _door!.DisposeAsync();
    }
}
