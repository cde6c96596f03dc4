using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Mux.Tests;

internal static class StreamExtensions
{
    /// <summary>Reads to the end and completes the reader.</summary>
    public static async Task<byte[]> ReadAllAsync(this PipeReader reader)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await reader.ReadAsync().AsTask().WaitAsync(Condition.Patience);
            foreach (var segment in result.Buffer)
            {
                bytes.Write(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                await reader.CompleteAsync();
                return bytes.WrittenSpan.ToArray();
            }
        }
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public static async Task<byte[]> ReadExactlyAsync(this PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count).AsTask().WaitAsync(Condition.Patience);
        Assert.True(result.Buffer.Length >= count, $"the stream ended after {result.Buffer.Length} of {count} bytes");
        var bytes = result.Buffer.Slice(0, count).ToArray();
        reader.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    /// <summary>The exception that the stream's reader sees, when what arrived before is read.</summary>
    public static async Task<MuxStreamException> FailureAsync(this PipeReader reader) =>
        await Assert.ThrowsAsync<MuxStreamException>(async () =>
        {
            while (true)
            {
                var result = await reader.ReadAsync().AsTask().WaitAsync(Condition.Patience);
                reader.AdvanceTo(result.Buffer.End);
                Assert.False(result.IsCompleted, "the stream ended in order");
            }
        });
}
