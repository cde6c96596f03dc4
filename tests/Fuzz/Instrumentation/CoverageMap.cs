using System.Runtime.CompilerServices;

namespace Tunnel.Fuzz.Instrumentation;

/// <summary>
/// Counts how often each block of instrumented code ran on this thread. <see cref="Instrumenter"/> puts a call of
/// <see cref="Hit"/> in front of every block; what runs on other threads is not counted, so that targets do not disturb each other.
/// </summary>
public sealed class CoverageMap
{
    /// <summary>More than there are blocks in the product.</summary>
    public const int Blocks = 1 << 17;

    [ThreadStatic]
    private static CoverageMap? _current;

    private readonly byte[] _hits = new byte[Blocks];
    private readonly int[] _touched = new int[Blocks];
    private int _count;

    /// <summary>Whether code is instrumented in this process.</summary>
    public static bool IsActive { get; set; }

    /// <summary>The blocks that have run.</summary>
    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, _count);

    /// <summary>Called by instrumented code.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Hit(int block) => _current?.Count(block);

    /// <summary>Counts on this thread from now on, from nothing.</summary>
    public void Begin()
    {
        foreach (var block in Touched)
        {
            _hits[block] = 0;
        }

        _count = 0;
        _current = this;
    }

    /// <summary>Counts no more.</summary>
    public void End() => _current = null;

    /// <summary>How often a block ran, 255 at most.</summary>
    public int Hits(int block) => _hits[block];

    private void Count(int block)
    {
        ref var hits = ref _hits[block];
        if (hits == 0)
        {
            _touched[_count++] = block;
        }

        if (hits < byte.MaxValue)
        {
            hits++;
        }
    }
}
