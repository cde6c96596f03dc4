using System.CommandLine;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Bridge.CommandLine;

/// <summary><c>bridge up JOIN TARGET</c>: a bridge without a configuration file.</summary>
internal static class UpCommand
{
    public static Command Create(ProgramDescription program)
    {
        var join = new Argument<string>("JOIN")
        {
            Description = "The join string that 'portal up' printed: tunnel://KEY@HOST:PORT/DOMAIN. '-' reads it from standard input, so that it is in no process list.",
        };
        var target = new Argument<string>("TARGET")
        {
            Description = "The service to publish: 127.0.0.1:80, a port of this machine such as 8080, or unix:/path.",
        };
        var command = new Command("up", "Publish a service through a portal, without a configuration file.\n\nExample:\n  bridge up tunnel://KEY@portal.example.com:7000/DOMAIN 127.0.0.1:80")
        {
            join, target,
        };
        command.SetAction(async (parsed, _) =>
        {
            var config = Configure(parsed.GetRequiredValue(join), parsed.GetRequiredValue(target), out var error);
            if (config is null)
            {
                await Console.Error.WriteLineAsync(error);
                return ExitCodes.BadUsage;
            }

            return await ProgramHost.RunAsync(config, program.Reverse);
        });
        return command;
    }

    private static TunnelConfig? Configure(string joinText, string targetText, out string? error)
    {
        if (joinText == "-")
        {
            joinText = Console.In.ReadLine() ?? string.Empty;
        }

        if (!JoinString.TryParse(joinText, out var join, out error))
        {
            error = $"JOIN: {error}. Copy the whole line that 'portal up' printed.";
            return null;
        }

        if (join.Domain is not { } domain)
        {
            error = "JOIN: the virtual domain is missing; the line ends with '/DOMAIN'. Copy the whole line that 'portal up' printed.";
            return null;
        }

        if (!InterconnectKey.TryParse(join.Key, out var key, out error))
        {
            error = $"JOIN: {error}";
            return null;
        }

        if (!ShortForm.TryParseTarget(targetText, out var target, out error))
        {
            error = $"TARGET: '{targetText}': {error}.";
            return null;
        }

        try
        {
            return ShortForm.Bridge(domain, join, key, target);
        }
        catch (ArgumentException exception)
        {
            error = $"JOIN: {exception.Message}";
            return null;
        }
    }
}
