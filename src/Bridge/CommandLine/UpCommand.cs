using System.CommandLine;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;

namespace Tunnel.Bridge.CommandLine;

/// <summary><c>bridge up JOIN TARGET</c>: a bridge without a configuration file.</summary>
internal static class UpCommand
{
    public static Command Create(ProgramDescription program)
    {
        var join = new Argument<string>("JOIN")
        {
            Description = "The join string that 'portal up' printed: tunnel://KEY@HOST:PORT/DOMAIN. So that it is in no process list, '-' reads it from standard input, file:PATH from a file, env:NAME from an environment variable.",
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
        else if (JoinString.TryParse(joinText, out var typed, out _) && typed.Key is { Length: > 0 } secret && SecretReference.Of(secret).Kind == SecretReferenceKind.Inline)
        {
            ArgumentEraser.TryErase(secret);
        }

        if (!JoinText.TryResolve(joinText, out var join, out var key, out error))
        {
            error = $"JOIN: {error}";
            return null;
        }

        if (!ShortForm.TryParseTarget(targetText, out var target, out error))
        {
            // Not repeated: it may be the join string, in the wrong place.
            error = $"TARGET: {error}.";
            return null;
        }

        try
        {
            return ShortForm.Bridge(join.Domain!, join, key, target);
        }
        catch (ArgumentException exception)
        {
            error = $"JOIN: {exception.Message}";
            return null;
        }
    }
}
