namespace Tunnel.Fuzz.Engine;

/// <summary>What fuzzing a target came to.</summary>
internal sealed record TargetResult
{
    public required string Target { get; init; }

    /// <summary>How many inputs were run.</summary>
    public required long Inputs { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Inputs that did something new.</summary>
    public required int Corpus { get; init; }

    /// <summary>Blocks of the product's code that were run; 0 where it was not instrumented.</summary>
    public required int CoveredBlocks { get; init; }

    /// <summary>Different failures, a few at most.</summary>
    public required IReadOnlyList<Failure> Failures { get; init; }

    public double InputsPerSecond => Inputs / Math.Max(Elapsed.TotalSeconds, 0.001);
}
