using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Tunnel;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.State;

namespace Tunnel.Portal.CommandLine;

/// <summary><c>portal up --public [ADDRESS:]PORT</c>: a portal without a configuration file, which prints a join string for a bridge.</summary>
internal static class UpCommand
{
    private const int DefaultInterconnectPort = 7000;

    public static Command Create(ProgramDescription program)
    {
        var publics = new Option<ListenEndpoint[]>("--public")
        {
            Description = "Where visitors connect: [ADDRESS:]PORT, or udp://[ADDRESS:]PORT for datagrams. May be given several times.",
            HelpName = "[ADDRESS:]PORT",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => [.. result.Tokens.Select(token => ParseEndpoint(token.Value, result))],
        };
        var interconnect = new Option<ListenEndpoint>("--interconnect")
        {
            Description = "Where the bridge connects: [ADDRESS:]PORT. Default: port 7000 on all addresses.",
            HelpName = "[ADDRESS:]PORT",
            CustomParser = result => ParseInterconnect(result.Tokens[0].Value, result),
        };
        var host = new Option<string>("--host")
        {
            Description = "The name or address by which the bridge reaches this machine; it goes into the join string. Default: an address of this machine.",
            HelpName = "NAME",
        };
        var command = new Command("up", "Be a portal without a configuration file. Prints one join string on standard output, for 'bridge up'.\n\nExample:\n  portal up --public 8080 --host portal.example.com")
        {
            publics, interconnect, host,
        };
        command.SetAction(async (parsed, _) =>
        {
            var listen = parsed.GetValue(interconnect) ?? new ListenEndpoint(ListenAddress.Any, DefaultInterconnectPort);
            var identity = await UpIdentity.LoadOrCreateAsync(StateDirectory.Default());
            if (identity.Error is not null)
            {
                await Console.Error.WriteLineAsync(identity.Error);
                return ExitCodes.Failed;
            }

            var config = ShortForm.Portal(identity.VirtualDomain, listen, identity.Key, parsed.GetRequiredValue(publics));
            return await ProgramHost.RunAsync(config, program.Reverse, runtime => Announce(runtime, identity, listen, parsed.GetValue(host)));
        });
        return command;
    }

    private static ListenEndpoint ParseEndpoint(string text, SymbolResult result)
    {
        if (ListenEndpoint.TryParse(text, out var endpoint, out var error))
        {
            return endpoint;
        }

        result.AddError($"'{text}': {error}");
        return new ListenEndpoint(ListenAddress.Any, 0);
    }

    private static ListenEndpoint ParseInterconnect(string text, SymbolResult result)
    {
        var endpoint = ParseEndpoint(text, result);
        if (endpoint.Network == Network.Udp)
        {
            result.AddError($"'{text}': bridges connect over TCP; leave out udp://");
        }

        return endpoint;
    }

    private static void Announce(TunnelRuntime runtime, UpIdentity identity, ListenEndpoint listen, string? host)
    {
        var bound = (IPEndPoint)runtime.Inbounds.OfType<TunnelInbound>().Single().BoundEndPoints[0];
        var join = new JoinString
        {
            Key = identity.Key.Export(),
            Host = host ?? PublicAddress.Guess(listen.Address),
            Port = bound.Port,
            Domain = identity.VirtualDomain,
        };
        if (host is null && !listen.Address.IsLocal)
        {
            Console.Error.WriteLine($"The join string names this machine '{join.Host}'. If bridges reach it by another name or address, give that with --host.");
        }

        Console.Error.WriteLine("Beside your service, run:  bridge up JOIN 127.0.0.1:80   (with the line below for JOIN, and your service's address)");
        Console.Out.WriteLine(join.Export());
        Console.Out.Flush();
    }
}
