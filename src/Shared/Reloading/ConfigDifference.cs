using System.Collections.Immutable;

namespace Tunnel.Shared.Reloading;

/// <summary>What distinguishes two configurations, part by part. Pure.</summary>
/// <param name="Added">Parts that are new.</param>
/// <param name="Changed">Parts that were there and say something else now.</param>
/// <param name="Removed">Parts that are gone.</param>
/// <param name="Unchanged">Parts that say the same.</param>
internal sealed record ConfigDifference(
    ImmutableArray<ConfigPart> Added,
    ImmutableArray<(ConfigPart Old, ConfigPart New)> Changed,
    ImmutableArray<ConfigPart> Removed,
    ImmutableArray<(ConfigPart Old, ConfigPart New)> Unchanged)
{
    /// <summary>Whether both configurations say the same.</summary>
    public bool IsEmpty => Added.IsEmpty && Changed.IsEmpty && Removed.IsEmpty;

    /// <summary>
    /// Compares. Of a kind, parts that say the same are paired first, then those with the same tag, then inbounds with the same
    /// address; what is left was added or removed.
    /// </summary>
    public static ConfigDifference Between(ImmutableArray<ConfigPart> old, ImmutableArray<ConfigPart> next)
    {
        var left = old.ToList();
        var pairs = new Dictionary<ConfigPart, ConfigPart>();
        Pair(static part => (part.Kind, part.Tag), static (before, after) => before.Says(after));
        Pair(static part => (part.Kind, part.Tag), static (before, after) => HasName(before) || before.Place == after.Place);
        Pair(static part => (part.Kind, part.Place), static (_, after) => after.Kind == PartKind.Inbound);
        var both = next.Where(pairs.ContainsKey).Select(after => (Old: pairs[after], New: after)).ToList();
        return new ConfigDifference(
            [.. next.Where(after => !pairs.ContainsKey(after))],
            [.. both.Where(static pair => !pair.Old.Says(pair.New))],
            [.. left],
            [.. both.Where(static pair => pair.Old.Says(pair.New))]);

        void Pair(Func<ConfigPart, (PartKind Kind, string Name)> name, Func<ConfigPart, ConfigPart, bool> belong)
        {
            var candidates = left.ToLookup(name);
            foreach (var after in next)
            {
                if (!pairs.ContainsKey(after)
                    && candidates[name(after)].FirstOrDefault(before => left.Contains(before) && belong(before, after)) is { } before)
                {
                    left.Remove(before);
                    pairs.Add(after, before);
                }
            }
        }
    }

    /// <summary>Of some kinds there is one only; the others are known by their tags, if they have one.</summary>
    private static bool HasName(ConfigPart part) => part.Tag.Length > 0
        || part.Kind is PartKind.Log or PartKind.Policy or PartKind.Rules or PartKind.Observatory or PartKind.DefaultOutbound;
}
