using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;

namespace Tunnel.EndToEnd.Web;

/// <summary>A pair before a web application, which tests share: what one of them asks does not matter to the next.</summary>
public sealed class HttpTunnel : TunnelFixture
{
    /// <summary>The application.</summary>
    public WebTarget Target { get; private set; } = null!;

    /// <summary>Where visitors ask.</summary>
    public IPEndPoint Public { get; private set; } = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        Target = await WebTarget.StartAsync();
        Public = await StartPairAsync(TestKey.New(), Target.Address);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Target.DisposeAsync();
    }
}
