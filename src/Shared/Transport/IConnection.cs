using System.IO.Pipelines;
using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>One byte connection to a peer: a duplex pipe with addresses.</summary>
/// <remarks>
/// Completing <c>Output</c> without an exception is a half-close (FIN), with an exception an abort (RST). Completing
/// <c>Input</c> before its end says that no more will be read. The owner completes both before it disposes, because only
/// the owner knows that no buffer is in use; a dead transport surfaces as <see cref="IOException"/> from a read or a flush.
/// </remarks>
public interface IConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>This side's address; null where the transport has none.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>The peer's address; null where the transport has none.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Ends both directions at once; pending reads and flushes fail. Callable from any thread, any number of times.</summary>
    void Abort();
}
