namespace Tunnel.Portal.Web.Compression;

/// <summary>How a body is coded.</summary>
internal enum ContentCoding
{
    /// <summary>As it is.</summary>
    Identity,

    /// <summary><c>gzip</c>, RFC 1952.</summary>
    Gzip,

    /// <summary><c>br</c>, RFC 7932.</summary>
    Brotli,
}
