using System.Reflection;
using Tunnel.Mux;
using Tunnel.Shared.Hosting;

namespace Tunnel.Portal.Tests.Architecture;

/// <summary>Who may know whom: the arrows of the design, asserted over what was compiled.</summary>
public sealed class LayerTests
{
    private static readonly Assembly Mux = typeof(IMuxSession).Assembly;
    private static readonly Assembly Shared = typeof(TunnelRuntime).Assembly;
    private static readonly Assembly Bridge = typeof(Tunnel.Bridge.BridgeInbound).Assembly;
    private static readonly Assembly Portal = typeof(PortalOutbound).Assembly;

    private static readonly string[] Ours = [.. new[] { Mux, Shared, Bridge, Portal }.Select(assembly => assembly.GetName().Name!)];

    // What a mux over one duplex pipe has no business with. Addresses (System.Net.IPEndPoint) are data, not sockets.
    private static readonly string[] NotForMux =
    [
        "System.Net.Sockets.", "System.Net.Security.", "System.Net.Http.", "System.Net.Quic.", "System.Net.WebSockets.", "System.Text.Json.",
        "System.Configuration.", "Microsoft.AspNetCore.", "Microsoft.Extensions.",
    ];

    [Fact]
    public void The_mux_knows_nothing_of_ours() => Assert.Empty(OursIn(Mux));

    [Fact]
    public void What_is_shared_knows_the_mux() => Assert.Equal(["Tunnel.Mux"], OursIn(Shared));

    [Fact]
    public void The_bridge_knows_the_mux_and_what_is_shared() => Assert.Equal(["Tunnel.Mux", "Tunnel.Shared"], OursIn(Bridge));

    [Fact]
    public void The_portal_knows_the_bridge_too() => Assert.Equal(["Tunnel.Mux", "Tunnel.Shared", "bridge"], OursIn(Portal));

    [Fact]
    public void The_mux_uses_no_sockets_no_web_framework_and_no_configuration()
    {
        var allowed = new[] { "System.", "Google.Protobuf" };
        Assert.DoesNotContain(
            CompiledReferences.Assemblies(Mux), name => !allowed.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) || Forbidden(name + "."));
        Assert.DoesNotContain(CompiledReferences.Types(Mux), Forbidden);
    }

    [Fact]
    public void The_check_of_types_would_notice_a_socket() => Assert.Contains(CompiledReferences.Types(Shared), Forbidden);

    private static bool Forbidden(string name) => NotForMux.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static List<string> OursIn(Assembly assembly) =>
        [.. CompiledReferences.Assemblies(assembly).Intersect(Ours, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
