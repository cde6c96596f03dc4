using System.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Control;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.State;

namespace Tunnel.Shared.CommandLine;

/// <summary>The commands that both programs have: <c>run</c>, <c>reload</c>, <c>check</c> and <c>keygen</c>.</summary>
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
        {
            var file = FileOf(parsed);
            return Load(file, strict: false) is { } config
                ? await ProgramHost.RunAsync(config, program.Reverse, reloading: new ReloadSource(program.Name, file))
                : ExitCodes.BadUsage;
        });
        return command;
    }

    /// <summary><c>reload -c FILE</c></summary>
    public Command Reload() => Tell(
        new Command("reload", $"Have the running program read its configuration again, and say what has changed.\n\nExample:\n  {program.Name} reload -c {program.Name}.json"),
        static _ => ControlCommands.Reload);

    /// <summary>A command that tells the program that runs with a configuration to do something, and prints what became of it.</summary>
    /// <param name="command">Gets <c>-c FILE</c>.</param>
    /// <param name="line">What the program is told.</param>
    public Command Tell(Command command, Func<ParseResult, string> line)
    {
        command.Add(_config);
        command.SetAction(async (parsed, _) =>
        {
            if (OperatingSystem.IsWindows())
            {
                await Console.Error.WriteLineAsync(
                    $"There is no '{command.Name}' on Windows, where a running program cannot be told anything. It reads its file again by itself when that changes.");
                return ExitCodes.Failed;
            }

            var address = new ControlAddress(program.Name, FileOf(parsed).FullPath);
            if (await address.TellAsync(line(parsed)) is not { } outcome)
            {
                await Console.Error.WriteLineAsync(
                    $"No running {program.Name} answers for {address.Configuration} on {address.Path}. Is it running, by the same user, with this file, and with the same {StateDirectory.Variable}?");
                return ExitCodes.Failed;
            }

            var output = outcome.ExitCode == ExitCodes.Fine ? Console.Out : Console.Error;
            foreach (var text in outcome.Lines)
            {
                await output.WriteLineAsync(text);
            }

            return outcome.ExitCode;
        });
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
            if (Load(FileOf(parsed), parsed.GetValue(_strict)) is not { } config)
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

    private ConfigFile FileOf(ParseResult parsed) => new(parsed.GetRequiredValue(_config), program.WhyNot);

    /// <summary>Loads a configuration and prints its problems; null where it cannot be run by this program.</summary>
    private static TunnelConfig? Load(ConfigFile file, bool strict)
    {
        var result = file.Load(strict);
        foreach (var problem in result.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        return result.Config;
    }
}
