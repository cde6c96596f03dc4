using System.CommandLine;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.CommandLine;

/// <summary>Runs a program's command line.</summary>
public static class CommandLineRunner
{
    /// <summary>Parses and runs; returns the exit code. A wrong command line is explained on standard error.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        SocketEvents.HandleWhereNoticed();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                // What was typed in a wrong place is repeated, and may be a join string.
                await Console.Error.WriteLineAsync(SecretMask.Apply(error.Message));
            }

            await Console.Error.WriteLineAsync($"Try '{root.Name} --help'.");
            return ExitCodes.BadUsage;
        }

        // The host handles signals itself: it drains, which a library's shorter patience would cut off.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }
}
