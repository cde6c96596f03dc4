using System.Diagnostics;
using System.Text;

namespace Tunnel.Fuzz.Engine;

/// <summary>Fuzzes one target on one thread: runs its seeds, then changes of whatever did something new, until a limit is reached.</summary>
internal sealed class TargetRun
{
    /// <summary>Different failures that are saved; more are of the same kind mostly.</summary>
    private const int MostFailures = 10;

    /// <summary>One input in so many is made from nothing where a case can do that.</summary>
    private const int GenerateOneIn = 4;

    private readonly FuzzTarget _target;
    private readonly RunLimits _limits;
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly Corpus _corpus;
    private readonly CaseRunner _runner;
    private readonly HashSet<string> _sites = new(StringComparer.Ordinal);
    private readonly List<Failure> _failures = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _inputs;

    // Written by this run, read by the watchdog.
    private volatile RunningStep? _step;

    public TargetRun(FuzzTarget target, RunLimits limits, int seed)
    {
        _target = target;
        _limits = limits;
        _random = new Random(SeedOf(target, seed));
        _mutator = new Mutator(_random);
        _corpus = new Corpus(_random);
        _runner = new CaseRunner(target);
    }

    /// <summary>Whether the first failure ends the run.</summary>
    public bool StopsAtFailure { get; init; }

    /// <summary>The input that is being run; null between two.</summary>
    public RunningStep? Step => _step;

    /// <summary>Runs to the limits; returns what came of it.</summary>
    /// <param name="saved">Inputs of earlier runs, which are tried first.</param>
    public TargetResult Run(IEnumerable<FuzzInput> saved)
    {
        using var running = new RunningInput(_target);
        foreach (var input in saved.Concat(Seeds()))
        {
            Try(input, running, isSeed: true);
        }

        while (!_limits.AreReached(Stopwatch.GetElapsedTime(_start), _inputs) && _failures.Count < (StopsAtFailure ? 1 : MostFailures))
        {
            Try(Next(), running, isSeed: false);
        }

        return ResultWith(_failures);
    }

    /// <summary>The result of a run that will never end, with the failure that says so. Called by the watchdog.</summary>
    public TargetResult Abandon(Failure failure) => ResultWith([.. _failures, failure]);

    private TargetResult ResultWith(IReadOnlyList<Failure> failures) => new()
    {
        Target = _target.Name,
        Inputs = Interlocked.Read(ref _inputs),
        Elapsed = Stopwatch.GetElapsedTime(_start),
        Corpus = _corpus.Count,
        CoveredBlocks = _corpus.CoveredBlocks,
        Failures = failures,
    };

    private IEnumerable<FuzzInput> Seeds()
    {
        for (var index = 0; index < _target.Cases.Count; index++)
        {
            yield return new FuzzInput(index, []);
            foreach (var seed in _target.Cases[index].Seeds)
            {
                yield return new FuzzInput(index, seed);
            }
        }
    }

    private FuzzInput Next()
    {
        if (_random.Next(GenerateOneIn) == 0)
        {
            var index = _random.Next(_target.Cases.Count);
            if (_target.Cases[index].Generate is { } generate)
            {
                return Bounded(new FuzzInput(index, generate(_random)));
            }
        }

        var parent = _corpus.Pick();
        var fuzzCase = _target.Cases[parent.Case];
        return parent with { Bytes = _mutator.Mutate(parent.Bytes, _corpus.Pick().Bytes, fuzzCase.Words, fuzzCase.MaxLength) };
    }

    private FuzzInput Bounded(FuzzInput input)
    {
        var most = _target.Cases[input.Case].MaxLength;
        return input.Bytes.Length > most ? input with { Bytes = input.Bytes[..most] } : input;
    }

    private void Try(FuzzInput input, RunningInput running, bool isSeed)
    {
        input = Bounded(input);
        Interlocked.Increment(ref _inputs);
        running.Set(input);
        _step = new RunningStep(input);
        var exception = _runner.Run(input);
        _step = null;
        running.Clear();
        if (exception is null)
        {
            _corpus.Offer(input, _runner.Observations.Signature, _runner.Coverage, isSeed);
        }
        else if (_sites.Add(FailureSite.Of(exception)))
        {
            Keep(input, exception);
        }
    }

    private void Keep(FuzzInput input, Exception exception)
    {
        var site = FailureSite.Of(exception);
        var bytes = Minimizer.Shorten(input.Bytes, shorter => _runner.Run(input with { Bytes = shorter }) is { } other && FailureSite.Of(other) == site);
        var file = InputFile.Save(_target, input with { Bytes = bytes });
        _failures.Add(new Failure(_target.Cases[input.Case].Name, exception.ToString(), file));
    }

    /// <summary>Targets differ, and a run can be repeated in another process, where string hashes differ.</summary>
    private static int SeedOf(FuzzTarget target, int seed)
    {
        foreach (var value in Encoding.UTF8.GetBytes(target.Name))
        {
            seed = unchecked((seed * 31) + value);
        }

        return seed;
    }
}
