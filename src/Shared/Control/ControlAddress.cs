using Tunnel.Shared.State;

namespace Tunnel.Shared.Control;

/// <summary>What a running program is known by.</summary>
/// <param name="Program"><c>bridge</c> or <c>portal</c>.</param>
/// <param name="Configuration">The full path of its configuration file.</param>
public sealed record ControlAddress(string Program, string Configuration)
{
    /// <summary>Where it listens; of this user, and of the state directory that this process has.</summary>
    internal string Path => ControlPath.Of(StateDirectory.Default(), Program, Configuration);

    /// <summary>Tells the program to do something; null where none answers.</summary>
    /// <param name="command">Its name, and behind a space what it is about. One line.</param>
    internal Task<ControlOutcome?> TellAsync(string command) => ControlClient.TellAsync(Path, command);
}
