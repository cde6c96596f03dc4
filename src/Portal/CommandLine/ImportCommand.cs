using System.CommandLine;
using Tunnel.Portal.Web.Import;
using Tunnel.Portal.Web.Import.Syntax;
using Tunnel.Shared.Hosting;

namespace Tunnel.Portal.CommandLine;

/// <summary><c>portal import nginx FILE</c>: a configuration of nginx in our words.</summary>
internal static class ImportCommand
{
    /// <summary>Far longer than the largest configuration takes; a file that is a pipe may never end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "nginx's main file, or the file of a site. What it includes is read too." };
        var via = new Option<string>("--via")
        {
            Description = "The tag of a portal or outbound in the configuration to be: all targets are dialled through it. Default: this machine dials.",
            HelpName = "TAG",
        };
        var nginx = new Command(
            "nginx",
            "Print on standard output the configuration that does what nginx does with FILE, and on standard error, a line each, what is left out or different.\n\nExample:\n  portal import nginx /etc/nginx/nginx.conf > portal.json")
        {
            file, via,
        };
        nginx.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(via), parsed.InvocationConfiguration));
        return new Command("import", "Translate the configuration of another program.") { nginx };
    }

    private static async Task<int> RunAsync(string file, string? via, InvocationConfiguration streams)
    {
        ImportResult result;
        try
        {
            result = await Task.Run(() => NginxImport.Run(file, new NginxDiskFiles(), via)).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            result = new ImportResult(null, [], new NginxProblem(new NginxPlace(file, 1), $"it has not been read within {Patience.TotalSeconds:0} seconds"));
        }

        foreach (var remark in result.Remarks)
        {
            await streams.Error.WriteLineAsync(remark.ToString());
        }

        if (result.Json is null)
        {
            await streams.Error.WriteLineAsync(result.Problem?.ToString());
            return ExitCodes.BadUsage;
        }

        await streams.Output.WriteAsync(result.Json);
        return ExitCodes.Fine;
    }
}
