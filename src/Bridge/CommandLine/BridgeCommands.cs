using System.CommandLine;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Bridge.CommandLine;

/// <summary>The command line of program <c>bridge</c>.</summary>
internal static class BridgeCommands
{
    private const string Name = "bridge";

    private const string Help =
        """
        Publishes a service that has no public address: dials out to a portal, and hands its visitors to the service.

        Example, with no configuration at all (the portal printed the join string):
          bridge up tunnel://KEY@portal.example.com:7000/DOMAIN 127.0.0.1:80

        Example, with a file:
          bridge run -c bridge.json
        """;

    public static RootCommand Root()
    {
        var program = new ProgramDescription(
            Name,
            new ReverseFactory(),
            WhyNot);
        var shared = new SharedCommands(program);
        return new RootCommand(Help) { shared.Run(), shared.Reload(), UpCommand.Create(program), shared.Check(), shared.Keygen() };
    }

    private static string? WhyNot(TunnelConfig config)
    {
        if (!config.Reverse.Portals.IsEmpty)
        {
            return "$.reverse.portals: portals are run by the program 'portal' (which also runs bridges), not by 'bridge'";
        }

        return config.Inbounds.Any(static inbound => inbound.Settings is WebSettings)
            ? $"$.inbounds: protocol '{WebSettings.Protocol}' is run by the program 'portal' (which also runs bridges), not by 'bridge'"
            : null;
    }
}
