using System.CommandLine;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Control;

namespace Tunnel.Portal.CommandLine;

/// <summary><c>portal purge -c FILE [PREFIX]</c>: forgets what the running portal's caches hold.</summary>
internal static class PurgeCommand
{
    private const string Everything = "/";

    private const int MaxLength = 4096;

    public static Command Create(SharedCommands shared)
    {
        var prefix = new Argument<string>("PREFIX")
        {
            Description = "How the URIs begin: /path on any host, HOST, HOST/path, or https://HOST/path. Default: all.",
            DefaultValueFactory = static _ => Everything,
        };
        prefix.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && (text.Length is 0 or > MaxLength || text.AsSpan().ContainsAnyInRange('\0', ' ')))
            {
                result.AddError($"'{text}' is not how a URI begins: it has a space or a line break in it, or is empty, or longer than {MaxLength} characters.");
            }
        });
        var command = new Command("purge", "Have the running portal forget answers that its caches hold, and say how many.\n\nExample:\n  portal purge -c portal.json www.example.com/blog/") { prefix };
        return shared.Tell(command, parsed => $"{ControlCommands.Purge} {parsed.GetRequiredValue(prefix)}");
    }
}
