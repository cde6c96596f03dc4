using System.IO.Pipelines;

namespace Tunnel.Mux;

/// <summary>One two-way byte stream on a session.</summary>
/// <remarks>
/// Completing <c>Output</c> half-closes it; completing it with an exception resets the stream. Completing <c>Input</c>
/// before its end tells the peer to stop sending and leaves the other direction alone. Both must be completed by whoever
/// uses the stream: only then are its buffers returned. Reads and flushes throw <see cref="MuxStreamException"/> once the
/// stream was reset or its session ended.
/// </remarks>
public interface IMuxStream : IDuplexPipe
{
    /// <summary>The stream's number, unique within its session.</summary>
    long Id { get; }

    /// <summary>What the opener said of the stream.</summary>
    StreamMetadata Metadata { get; }

    /// <summary>Completes, and never fails, when both directions have ended or the stream was reset.</summary>
    Task Closed { get; }

    /// <summary>Resets the stream in both directions. Does nothing when it has ended already.</summary>
    /// <param name="code">What the peer is told.</param>
    /// <param name="reason">A text for the peer's log, cut at 200 bytes; never shown to visitors.</param>
    void Abort(MuxErrorCode code, string? reason = null);
}
