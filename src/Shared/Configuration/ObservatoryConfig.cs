using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>observatory</c> object: which outbounds are probed, and how.</summary>
public sealed record ObservatoryConfig
{
    /// <summary>An outbound is probed when its tag starts with one of these.</summary>
    public ImmutableArray<string> Selectors { get; init; } = [];

    /// <summary>What a probe asks for by HTTP; null when it only connects.</summary>
    public Uri? ProbeUrl { get; init; }

    /// <summary>What a probe connects to, <c>host:port</c>; null when it asks by HTTP.</summary>
    public string? ProbeTarget { get; init; }

    /// <summary>From one probe of an outbound to the next.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(10);
}
