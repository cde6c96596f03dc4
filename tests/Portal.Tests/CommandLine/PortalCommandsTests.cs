using System.Net;
using Tunnel.Portal.CommandLine;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;

namespace Tunnel.Portal.Tests.CommandLine;

public sealed class PortalCommandsTests
{
    [Fact]
    public void Up_reads_its_options()
    {
        var parsed = PortalCommands.Root().Parse(
            ["up", "--public", "8080", "--public", "127.0.0.1:8081", "--public=unix:/run/web.sock", "--interconnect", "[::1]:7001", "--host", "portal.example"]);

        Assert.Empty(parsed.Errors);
        Assert.Equal(
            [
                new ListenEndpoint(ListenAddress.Any, 8080),
                new ListenEndpoint(new ListenAddress(IPAddress.Loopback), 8081),
                new ListenEndpoint(new ListenAddress("/run/web.sock"), 0),
            ],
            parsed.GetValue<ListenEndpoint[]>("--public")!);
        Assert.Equal(new ListenEndpoint(new ListenAddress(IPAddress.IPv6Loopback), 7001), parsed.GetValue<ListenEndpoint>("--interconnect"));
        Assert.Equal("portal.example", parsed.GetValue<string>("--host"));
    }

    [Fact]
    public void Up_needs_no_more_than_a_public_port()
    {
        var parsed = PortalCommands.Root().Parse(["up", "--public", "8080"]);

        Assert.Empty(parsed.Errors);
        Assert.Null(parsed.GetValue<ListenEndpoint>("--interconnect"));
        Assert.Null(parsed.GetValue<string>("--host"));
    }

    [Theory]
    [InlineData("--public", "up")]
    [InlineData("'65536'", "up", "--public", "65536")]
    [InlineData("'home.example' is a name", "up", "--public", "home.example:80")]
    [InlineData("'x:y:z'", "up", "--public", "80", "--interconnect", "x:y:z")]
    [InlineData("--interconnect", "up", "--public", "80", "--interconnect", "7000", "--interconnect", "7001")]
    [InlineData("--nonsense", "up", "--public", "80", "--nonsense")]
    [InlineData("down", "down")]
    public async Task A_wrong_command_line_is_explained_and_is_bad_usage(string named, params string[] arguments)
    {
        var errors = PortalCommands.Root().Parse(arguments).Errors;

        Assert.Contains(errors, error => error.Message.Contains(named, StringComparison.Ordinal));
        Assert.Equal(ExitCodes.BadUsage, await CommandLineRunner.RunAsync(PortalCommands.Root(), arguments));
    }
}
