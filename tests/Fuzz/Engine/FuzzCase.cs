namespace Tunnel.Fuzz.Engine;

/// <summary>One parser under fuzz: what it is fed with, and what must hold whatever it is fed with.</summary>
/// <param name="Name">Unique in its target; part of the name of a saved input.</param>
/// <param name="Run">
/// Feeds the parser with the bytes. Catches what the parser may throw by its contract, and notes what came of it; whatever it
/// throws is a failure.
/// </param>
internal sealed record FuzzCase(string Name, Action<byte[], Observations> Run)
{
    /// <summary>Valid inputs, mostly made by our own encoders.</summary>
    public IReadOnlyList<byte[]> Seeds { get; init; } = [];

    /// <summary>Pieces that the format is made of: magic numbers, names, separators.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>Makes a new input that is mostly valid; null where mutations of the seeds are enough.</summary>
    public Func<Random, byte[]>? Generate { get; init; }

    /// <summary>The longest input, in bytes.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>What one input may make the parser allocate, in bytes, however short it is.</summary>
    public long AllocationBase { get; init; } = 256 * 1024;

    /// <summary>What each byte of the input may add to it, in bytes.</summary>
    public long AllocationPerByte { get; init; } = 64;

    /// <summary>The most that an input may make the parser allocate, in bytes.</summary>
    public long AllocationBound(int length) => AllocationBase + (AllocationPerByte * length);
}
