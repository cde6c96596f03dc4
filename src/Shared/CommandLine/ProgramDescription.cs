using Tunnel.Shared.Configuration;
using Tunnel.Shared.Hosting;

namespace Tunnel.Shared.CommandLine;

/// <summary>What distinguishes one program from the other.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Reverse">The bridges and portals it can make.</param>
/// <param name="WhyNot">Why it cannot run a configuration that is good otherwise; null where it can.</param>
public sealed record ProgramDescription(string Name, IReverseFactory Reverse, Func<TunnelConfig, string?> WhyNot);
