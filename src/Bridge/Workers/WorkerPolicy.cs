namespace Tunnel.Bridge.Workers;

/// <summary>How many workers a bridge keeps to one portal. Pure.</summary>
internal static class WorkerPolicy
{
    /// <summary>More workers than this to one portal gain nothing: each is a connection of its own, not a thread.</summary>
    public const int MaxWorkers = 8;

    /// <summary>Above this mean a worker is added, as in V2Ray.</summary>
    public const int BusyMean = 16;

    /// <summary>A worker is retired when the others would carry at most this mean: far enough below <see cref="BusyMean"/> not to swing.</summary>
    public const int QuietMean = 4;

    /// <summary>How long it must have been quiet before a worker is retired.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(30);

    /// <param name="workers">Workers that can take streams.</param>
    /// <param name="streams">Streams on them.</param>
    /// <param name="quietFor">Since when <see cref="IsQuiet"/> has held.</param>
    public static WorkerDecision Decide(int workers, int streams, TimeSpan quietFor)
    {
        if (workers == 0 || (workers < MaxWorkers && streams > workers * BusyMean))
        {
            return WorkerDecision.Add;
        }

        return IsQuiet(workers, streams) && quietFor >= QuietTime ? WorkerDecision.Retire : WorkerDecision.Keep;
    }

    /// <summary>Whether one worker fewer would do.</summary>
    public static bool IsQuiet(int workers, int streams) => workers > 1 && streams <= (workers - 1) * QuietMean;
}
