using Tunnel.Shared.Control;
using Tunnel.Shared.Reloading;

namespace Tunnel.Shared.Hosting;

/// <summary>What a running program can be told to do.</summary>
/// <param name="runtime">What runs.</param>
/// <param name="reloader">Reloads it.</param>
internal sealed class RuntimeCommands(TunnelRuntime runtime, Reloader reloader)
{
    /// <summary>Does what a line says.</summary>
    public Task<ControlOutcome> HandleAsync(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var (command, about) = space < 0 ? (line, string.Empty) : (line[..space], line[(space + 1)..]);
        return command switch
        {
            ControlCommands.Reload when about.Length == 0 => reloader.ReloadAsync(),
            ControlCommands.Purge when about.Length > 0 => Task.FromResult(PurgeCaches(about)),
            _ => Task.FromResult(new ControlOutcome(ExitCodes.BadUsage, ["the running program knows no such command; is it older than this one?"])),
        };
    }

    private ControlOutcome PurgeCaches(string prefix) => runtime.Purge(prefix) is { } count
        ? new ControlOutcome(ExitCodes.Fine, [$"purged {count} {(count == 1 ? "answer" : "answers")} of {prefix}"])
        : new ControlOutcome(ExitCodes.Failed, ["the running program has no cache: no route of an inbound of protocol 'web' has \"cache\""]);
}
