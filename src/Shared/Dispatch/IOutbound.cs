using System.IO.Pipelines;

namespace Tunnel.Shared.Dispatch;

/// <summary>Carries connections to their end.</summary>
public interface IOutbound : IAsyncDisposable
{
    /// <summary>The tag that rules name with <c>outboundTag</c>; may be empty.</summary>
    string Tag { get; }

    /// <summary>Where connections go, for a log line: a virtual domain, a target.</summary>
    string Description { get; }

    /// <summary>
    /// Carries one connection until both directions have ended. Completes both sides of <paramref name="pipe"/>, with an
    /// exception where the connection did not end well, and does not throw for anything a peer or a network can cause.
    /// </summary>
    Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken);
}
