using System.IO.Pipelines;

namespace Tunnel.Mux.Output;

/// <summary>A stream as the <see cref="OutputLoop"/> sees it.</summary>
internal interface IFrameSource
{
    /// <summary>False where the stream stands in the loop's line already.</summary>
    bool TryMarkScheduled();

    /// <summary>The stream has left the line.</summary>
    void ClearScheduled();

    /// <summary>Writes at most one frame, without flushing; returns its bytes on the wire, 0 where there is nothing to send now.</summary>
    int WriteFrame(PipeWriter output, out bool hasMore);
}
