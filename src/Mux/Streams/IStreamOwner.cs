namespace Tunnel.Mux.Streams;

/// <summary>A stream as its reading and writing ends see it.</summary>
internal interface IStreamOwner
{
    /// <summary>The writer has published bytes, or has ended.</summary>
    void OnFlushed();

    /// <summary>The reader found nothing to read.</summary>
    void OnReaderStarved();

    /// <summary>The reader has taken bytes.</summary>
    void OnConsumed(long bytes);

    /// <summary>The reader wants no more.</summary>
    void CompleteInput();

    /// <summary>The writer has failed.</summary>
    void Abort(MuxErrorCode code, string? reason);
}
