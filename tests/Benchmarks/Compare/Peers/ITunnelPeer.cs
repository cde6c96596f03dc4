namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>A way to reach a target behind somebody else's network.</summary>
internal interface ITunnelPeer
{
    /// <summary>Its column.</summary>
    string Name { get; }

    /// <summary>Why it cannot be measured here, null when it can.</summary>
    string? Missing { get; }

    /// <summary>Whether it runs on loopback only: a session in plain text is refused elsewhere.</summary>
    bool NeedsLoopback => false;

    /// <summary>The program and the words that make it print its version, null where there is no program.</summary>
    (string File, string[] Arguments)? Version { get; }

    /// <summary>Starts both sides, and does not wait for them.</summary>
    /// <param name="site">Where.</param>
    /// <param name="targets">Ports on the bridge's loopback; each gets a public port.</param>
    RunningPeer Start(Site site, IReadOnlyList<int> targets);
}
