using System.Collections.Immutable;

namespace Tunnel.Shared.Reloading;

/// <summary>What a new configuration has come to in a running program. Contains no secret.</summary>
public sealed record ReloadResult
{
    /// <summary>Parts that are new, such as <c>inbound web</c>.</summary>
    public ImmutableArray<string> Added { get; init; } = [];

    /// <summary>Parts that were replaced, or have taken their change over.</summary>
    public ImmutableArray<string> Changed { get; init; } = [];

    /// <summary>Parts that are gone; connections that they have go on to their end.</summary>
    public ImmutableArray<string> Removed { get; init; } = [];

    /// <summary>How many inbounds, outbounds, bridges, portals and balancers go on untouched.</summary>
    public int Unchanged { get; init; }

    /// <summary>Why nothing was changed at all; empty where it was.</summary>
    public ImmutableArray<string> Refusals { get; init; } = [];

    /// <summary>What could not be started, or not follow, with all the rest in force; each says why and what to do.</summary>
    public ImmutableArray<string> Failures { get; init; } = [];

    /// <summary>Whether the configuration says what it said before.</summary>
    public bool IsNothing => Added.IsEmpty && Changed.IsEmpty && Removed.IsEmpty;

    /// <summary><c>added inbound a, inbound b; changed rules; removed outbound c; unchanged 5</c>, or <c>nothing has changed</c>.</summary>
    public override string ToString()
    {
        if (IsNothing)
        {
            return "nothing has changed";
        }

        var lists = new[] { ("added", Added), ("changed", Changed), ("removed", Removed) };
        return string.Join("; ", lists.Where(static list => !list.Item2.IsEmpty).Select(static list => $"{list.Item1} {string.Join(", ", list.Item2)}").Append($"unchanged {Unchanged}"));
    }
}
