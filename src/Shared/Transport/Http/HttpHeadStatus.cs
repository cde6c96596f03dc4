namespace Tunnel.Shared.Transport.Http;

/// <summary>What came of reading a head.</summary>
internal enum HttpHeadStatus
{
    /// <summary>There is one.</summary>
    Read,

    /// <summary>It is none.</summary>
    Malformed,

    /// <summary>It does not end within <see cref="HttpHeadReader.MaxBytes"/>.</summary>
    TooLong,

    /// <summary>The peer ended first.</summary>
    Ended,
}
