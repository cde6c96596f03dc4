using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>Two commands and no file: <c>portal up</c> and <c>bridge up</c>.</summary>
public sealed class ZeroConfigurationTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task The_join_string_of_one_is_all_the_other_needs()
    {
        var target = Own(TcpTargets.Echo());
        var (portal, join) = await UpAsync(Files.MakeDirectory("up"));
        var bridge = Run("bridge", ProgramFiles.Bridge, ["up", join, target.Address]);
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);

        Assert.Equal("hello", await Visitor.AskAsync(portal.Public, "hello"));
        Assert.Equal([join], portal.Log.Of(OutputStream.Output));
        Assert.Empty(bridge.Output.Of(OutputStream.Output));

        // Standard error may be kept for years; the secret is on standard output only.
        var key = join["tunnel://".Length..join.LastIndexOf('@')];
        Assert.DoesNotContain(Testing.TestKey.SecretOf(key), string.Join('\n', portal.Log.Of(OutputStream.Error)), StringComparison.Ordinal);
        Assert.DoesNotContain(Testing.TestKey.SecretOf(key), bridge.Output.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_portals_have_different_keys()
    {
        var (_, first) = await UpAsync(Files.MakeDirectory("one"));
        var (_, second) = await UpAsync(Files.MakeDirectory("two"));

        Assert.NotEqual(first[..first.LastIndexOf('@')], second[..second.LastIndexOf('@')]);
    }

    private async Task<(PortalProgram Portal, string Join)> UpAsync(string stateDirectory)
    {
        var process = Run(
            "portal",
            ProgramFiles.Portal,
            ["up", "--public", "127.0.0.1:0", "--interconnect", "127.0.0.1:0", "--host", "127.0.0.1"],
            stateDirectory);
        var portal = await ReadyAsync(process, Domain, string.Empty, stateDirectory);
        await Testing.Eventually.HoldsAsync(
            () => process.Output.Of(OutputStream.Output).Count > 0,
            TimeSpan.FromSeconds(10),
            () => "no join string was printed");
        var join = Assert.Single(process.Output.Of(OutputStream.Output));
        Assert.StartsWith("tunnel://", join, StringComparison.Ordinal);
        Assert.Contains($"@127.0.0.1:{portal.Interconnect.Port}", join, StringComparison.Ordinal);
        return (portal, join);
    }
}
