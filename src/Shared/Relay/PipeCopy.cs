using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Shared.Relay;

/// <summary>Hands what one read returned to a writer.</summary>
internal static class PipeCopy
{
    /// <summary>
    /// Writes and flushes a buffer. A single segment, the usual case, goes to the writer as it is, so that a socket sends it
    /// without a copy; several are gathered into one flush. The buffer must stay valid until the flush ends.
    /// </summary>
    public static ValueTask<FlushResult> WriteAsync(PipeWriter to, in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            return to.WriteAsync(buffer.First);
        }

        foreach (var segment in buffer)
        {
            to.Write(segment.Span);
        }

        return to.FlushAsync();
    }
}
