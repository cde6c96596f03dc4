using System.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.CommandLine;

/// <summary>The commands that both programs have: <c>run</c>, <c>check</c> and <c>keygen</c>.</summary>
public sealed class SharedCommands(ProgramDescription program)
{
    private readonly Option<string> _config = new("--config", "-c")
    {
        Description = "The configuration file: V2Ray's JSON, or the short form.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<bool> _strict = new("--strict") { Description = "Treat a field that nobody knows as an error." };

    /// <summary><c>run -c FILE</c></summary>
    public Command Run()
    {
        var command = new Command("run", $"Run a configuration until SIGTERM or Ctrl-C.\n\nExample:\n  {program.Name} run -c {program.Name}.json") { _config };
        command.SetAction(async (parsed, _) =>
            Load(parsed.GetRequiredValue(_config), strict: false) is { } config
                ? await ProgramHost.RunAsync(config, program.Reverse)
                : ExitCodes.BadUsage);
        return command;
    }

    /// <summary><c>check -c FILE [--expand] [--strict]</c></summary>
    public Command Check()
    {
        var expand = new Option<bool>("--expand") { Description = "Print the long form that the configuration stands for, without its secrets." };
        var command = new Command("check", $"Say everything that is wrong with a configuration; start nothing.\n\nExample:\n  {program.Name} check -c {program.Name}.json --expand")
        {
            _config, expand, _strict,
        };
        command.SetAction(parsed =>
        {
            if (Load(parsed.GetRequiredValue(_config), parsed.GetValue(_strict)) is not { } config)
            {
                return ExitCodes.BadUsage;
            }

            if (parsed.GetValue(expand))
            {
                Console.Out.WriteLine(ConfigWriter.Expand(config));
            }
            else
            {
                Console.Error.WriteLine("The configuration is good.");
            }

            return ExitCodes.Fine;
        });
        return command;
    }

    /// <summary><c>keygen</c></summary>
    public Command Keygen()
    {
        var command = new Command("keygen", $"Print a fresh key, the one secret that a bridge and a portal share.\n\nExample:\n  {program.Name} keygen > tunnel.key");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(InterconnectKey.Generate().Export());
            return ExitCodes.Fine;
        });
        return command;
    }

    /// <summary>Loads a configuration and prints its problems; null where it cannot be run by this program.</summary>
    private TunnelConfig? Load(string path, bool strict)
    {
        var result = ConfigLoader.Load(path, strict);
        foreach (var problem in result.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        if (result.Config is { } config && program.WhyNot(config) is { } reason)
        {
            Console.Error.WriteLine($"{path}: error: {reason}");
            return null;
        }

        return result.Config;
    }
}
