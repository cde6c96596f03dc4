using Tunnel.Fuzz.Instrumentation;

namespace Tunnel.Fuzz.Engine;

/// <summary>The inputs worth changing further: each did something that none before it did.</summary>
internal sealed class Corpus(Random random)
{
    /// <summary>Beyond it, a new input takes the place of an old one.</summary>
    private const int MostInputs = 4096;

    private readonly List<FuzzInput> _inputs = [];
    private readonly HashSet<ulong> _signatures = [];

    // For each block of code, one bit for each magnitude of how often an input ran it.
    private readonly byte[] _seen = new byte[CoverageMap.Blocks];

    public int Count => _inputs.Count;

    /// <summary>Blocks of the product's code that some input has run.</summary>
    public int CoveredBlocks { get; private set; }

    /// <summary>Takes an input that has just run, if it did something new.</summary>
    /// <param name="input">The input.</param>
    /// <param name="signature">What was observed.</param>
    /// <param name="coverage">What it ran; null where code is not instrumented.</param>
    /// <param name="always">Whether to take it in any case.</param>
    public void Offer(FuzzInput input, ulong signature, CoverageMap? coverage, bool always)
    {
        var isNew = _signatures.Count < MostInputs && _signatures.Add(signature ^ ((ulong)input.Case << 56));
        isNew |= coverage is not null && AddCoverage(coverage);
        if (!isNew && !always)
        {
            return;
        }

        if (_inputs.Count < MostInputs)
        {
            _inputs.Add(input);
        }
        else
        {
            _inputs[random.Next(_inputs.Count)] = input;
        }
    }

    /// <summary>An input to change: half the time one of the last that were found.</summary>
    public FuzzInput Pick()
    {
        const int Recent = 32;
        var index = random.Next(2) == 0 ? random.Next(_inputs.Count) : _inputs.Count - 1 - random.Next(Math.Min(Recent, _inputs.Count));
        return _inputs[index];
    }

    private bool AddCoverage(CoverageMap coverage)
    {
        var isNew = false;
        foreach (var block in coverage.Touched)
        {
            var bit = (byte)(1 << Math.Min(7, System.Numerics.BitOperations.Log2((uint)coverage.Hits(block))));
            if (_seen[block] == 0)
            {
                CoveredBlocks++;
            }

            isNew |= (_seen[block] & bit) == 0;
            _seen[block] |= bit;
        }

        return isNew;
    }
}
