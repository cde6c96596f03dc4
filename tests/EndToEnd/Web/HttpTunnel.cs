using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;

namespace Tunnel.EndToEnd.Web;

/// <summary>A pair before a web application, which tests share: what one of them asks does not matter to the next.</summary>
public sealed class HttpTunnel : TunnelFixture
{
    private const string Domain = "home.example";

    /// <summary>The application.</summary>
    public WebTarget Target { get; private set; } = null!;

    /// <summary>Where visitors ask.</summary>
    public IPEndPoint Public { get; private set; } = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        var key = TestKey.New();
        Target = await WebTarget.StartAsync();
        await StartAsync(Configurations.Portal(Domain, key), interconnect => Configurations.Bridge(Domain, key, Target.Address, [interconnect]), sessions: 1);
        Public = IPEndPoint.Parse(PublicAddresses(Domain)[0]);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Target.DisposeAsync();
    }
}
