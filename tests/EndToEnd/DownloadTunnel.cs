using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A pair with a download through it that goes on while tests try, one after the other, to disturb it.</summary>
public sealed class DownloadTunnel : TunnelFixture
{
    private readonly TcpTarget _target = TcpTargets.Source();

    /// <summary>The key that the bridge has.</summary>
    public string Key { get; } = TestKey.New();

    /// <summary>What must not notice.</summary>
    public SteadyDownload Download { get; private set; } = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync() => Download = await SteadyDownload.StartAsync(await StartPairAsync(Key, _target.Address));

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        if (Download is not null)
        {
            await Download.DisposeAsync();
        }

        await base.DisposeAsync();
        await _target.DisposeAsync();
    }
}
