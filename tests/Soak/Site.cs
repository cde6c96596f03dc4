using System.Net;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Programs;

namespace Tunnel.Soak;

/// <summary>One bridge: its process, which comes and goes, and the relay through which it reaches the portal.</summary>
internal sealed class Site(string name, Service service, FaultRelay relay, string configuration)
{
    /// <summary>What it is called.</summary>
    public string Name => name;

    /// <summary>Whose visitors it serves.</summary>
    public Service Service => service;

    /// <summary>What is between it and the portal.</summary>
    public FaultRelay Relay => relay;

    /// <summary>Its configuration file.</summary>
    public string Configuration => configuration;

    /// <summary>The process that runs now.</summary>
    public ProgramProcess? Process { get; set; }
}
