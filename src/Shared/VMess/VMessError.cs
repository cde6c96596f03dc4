namespace Tunnel.Shared.VMess;

/// <summary>What ended a VMess connection that had begun.</summary>
internal enum VMessError
{
    /// <summary>The transport ended before the end chunk.</summary>
    Truncated = 1,

    /// <summary>A chunk was changed on its way, or the peer has another key.</summary>
    BadChunk = 2,

    /// <summary>A chunk's size is impossible.</summary>
    BadSize = 3,

    /// <summary>The response's header does not belong to the request.</summary>
    BadResponse = 4,

    /// <summary>The transport ended before the response's header: V2Ray's way to refuse a request.</summary>
    NoResponse = 5,
}
