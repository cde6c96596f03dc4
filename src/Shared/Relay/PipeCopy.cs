using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Output;

namespace Tunnel.Shared.Relay;

/// <summary>Hands what one read returned to a writer.</summary>
internal static class PipeCopy
{
    /// <summary>
    /// Writes and flushes a buffer, in one flush and, where the writer can send memory from where it lies, without a copy. The
    /// buffer must stay valid until the flush ends.
    /// </summary>
    public static ValueTask<FlushResult> WriteAsync(PipeWriter to, in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            return to.WriteAsync(buffer.First);
        }

        var gathering = to as IGatheringOutput;
        foreach (var segment in buffer)
        {
            if (gathering is not null)
            {
                gathering.Append(segment);
            }
            else
            {
                to.Write(segment.Span);
            }
        }

        return to.FlushAsync();
    }
}
