namespace Tunnel.Mux;

/// <summary>Many streams over one connection. Both sides may open streams.</summary>
public interface IMuxSession : IAsyncDisposable
{
    /// <summary>The number of streams that have not ended.</summary>
    int StreamCount { get; }

    /// <summary>Whether <see cref="TryOpen"/> can succeed now: the session lives, neither side drains it, and it has room.</summary>
    bool CanOpen { get; }

    /// <summary>Completes, and never fails, when the peer will take no more streams or the session ended.</summary>
    Task Draining { get; }

    /// <summary>Completes, and never fails, when the session has ended and all its streams with it.</summary>
    Task<MuxSessionEnd> Completion { get; }

    /// <summary>The smallest recent round-trip time; null before the first measurement.</summary>
    TimeSpan? RoundTripTime { get; }

    /// <summary>Opens a stream at once, without a round trip; null where the session cannot take one (see <see cref="CanOpen"/>).</summary>
    IMuxStream? TryOpen(StreamMetadata metadata);

    /// <summary>Waits for the next stream that the peer opens; null when the session has ended.</summary>
    ValueTask<IMuxStream?> AcceptAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes no more streams, lets those that exist finish, and ends the session. When <paramref name="cancellationToken"/>
    /// fires, what is left is reset and the session ends.
    /// </summary>
    Task DrainAsync(CancellationToken cancellationToken);

    /// <summary>Ends the session at once; its streams are reset.</summary>
    void Abort(MuxErrorCode code, string reason);
}
