using System.CommandLine;
using Tunnel.Shared.CommandLine;

namespace Tunnel.Portal.CommandLine;

/// <summary>The command line of program <c>portal</c>.</summary>
internal static class PortalCommands
{
    private const string Name = "portal";

    private const string Help =
        """
        Gives services that have no public address one: bridges connect to it from behind NAT, visitors reach them through it.

        Example, with no configuration at all (prints a join string for 'bridge up'):
          portal up --public 8080 --host portal.example.com

        Example, with a file:
          portal run -c portal.json
        """;

    public static RootCommand Root()
    {
        var program = new ProgramDescription(Name, new ReverseFactory(), _ => null);
        var shared = new SharedCommands(program);
        return new RootCommand(Help) { shared.Run(), shared.Reload(), PurgeCommand.Create(shared), UpCommand.Create(program), shared.Check(), ImportCommand.Create(), shared.Keygen() };
    }
}
