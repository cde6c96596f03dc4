using System.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Programs;

/// <summary>A running portal and where it listens.</summary>
public sealed record PortalProgram(ProgramProcess Process, string Domain, string Key, IPEndPoint Public, IPEndPoint Interconnect, string StateDirectory)
{
    /// <summary>What it has printed.</summary>
    public OutputLog Log => Process.Output;
}
