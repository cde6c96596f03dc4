using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>One item of <c>routing.balancers</c>.</summary>
public sealed record BalancerConfig
{
    /// <summary>What rules name with <c>balancerTag</c>.</summary>
    public required string Tag { get; init; }

    /// <summary>An outbound takes part when its tag starts with one of these.</summary>
    public ImmutableArray<string> Selectors { get; init; } = [];

    /// <summary>Which of them takes the next connection.</summary>
    public BalancerStrategy Strategy { get; init; } = BalancerStrategy.Random;

    /// <summary>The outbound that takes connections while no candidate can; null for none.</summary>
    public string? FallbackTag { get; init; }

    /// <summary>How many failures within <see cref="FailTimeout"/> put a candidate aside; 0 for never.</summary>
    public int MaxFails { get; init; } = 1;

    /// <summary>How long failures count, and how long a candidate is put aside.</summary>
    public TimeSpan FailTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether an outbound takes part.</summary>
    internal bool Selects(string outboundTag) => IsSelected(outboundTag, Selectors);

    /// <summary>Whether a tag begins like one of the selectors; an empty one never takes part.</summary>
    internal static bool IsSelected(string tag, ImmutableArray<string> selectors) =>
        tag.Length > 0 && selectors.Any(selector => tag.StartsWith(selector, StringComparison.Ordinal));
}
