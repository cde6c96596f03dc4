namespace Tunnel.Shared.Transport.Http;

/// <summary>A head that was read from a stream.</summary>
/// <param name="Status">Whether there is one.</param>
/// <param name="Head">The head; null exactly when the status says so.</param>
/// <param name="Rest">What was read from the stream behind it.</param>
internal sealed record HttpHeadRead(HttpHeadStatus Status, HttpHead? Head, ReadOnlyMemory<byte> Rest)
{
    public static HttpHeadRead Failed(HttpHeadStatus status) => new(status, Head: null, ReadOnlyMemory<byte>.Empty);
}
