using Tunnel.Fuzz.Instrumentation;

namespace Tunnel.Fuzz.Engine;

/// <summary>Runs inputs of a target's cases, one after the other, and says what was wrong with each.</summary>
internal sealed class CaseRunner(FuzzTarget target)
{
    /// <summary>What came of the last input.</summary>
    public Observations Observations { get; } = new();

    /// <summary>What the last input ran; null where code is not instrumented.</summary>
    public CoverageMap? Coverage { get; } = CoverageMap.IsActive ? new CoverageMap() : null;

    /// <summary>Runs an input; returns what it broke, null for nothing.</summary>
    public Exception? Run(FuzzInput input)
    {
        if (RunOnce(input, out var allocated) is { } exception)
        {
            return exception;
        }

        var bound = target.Cases[input.Case].AllocationBound(input.Bytes.Length);
        if (allocated <= bound)
        {
            return null;
        }

        // Statics and caches are made once, so only the second time counts.
        return RunOnce(input, out allocated) ?? (allocated <= bound
            ? null
            : new PropertyException($"{input.Bytes.Length} bytes of input made the parser allocate {allocated} bytes; the bound is {bound}"));
    }

    private Exception? RunOnce(FuzzInput input, out long allocated)
    {
        var fuzzCase = target.Cases[input.Case];
        Observations.Clear();
        Coverage?.Begin();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            fuzzCase.Run(input.Bytes, Observations);
            return null;
        }
#pragma warning disable CA1031 // Whatever a parser throws beyond its contract is what is looked for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Coverage?.End();
        }
    }
}
