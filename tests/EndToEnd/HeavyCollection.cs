namespace Tunnel.EndToEnd;

/// <summary>Tests that load the machine or measure it: they run one after the other, when no other test runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HeavyCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "heavy";
}
