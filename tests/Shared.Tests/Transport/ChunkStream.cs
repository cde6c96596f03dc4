namespace Tunnel.Shared.Tests.Transport;

/// <summary>A stream of a test: gives its chunks one read at a time, then ends; a read of zero bytes waits for nothing.</summary>
internal sealed class ChunkStream(params byte[][] chunks) : MemoryStream
{
    private readonly Queue<ReadOnlyMemory<byte>> _chunks = new(chunks.Where(static chunk => chunk.Length > 0).Select(static chunk => new ReadOnlyMemory<byte>(chunk)));

    /// <summary>What was written.</summary>
    public byte[] Written => ToArray();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || !_chunks.TryDequeue(out var chunk))
        {
            return new ValueTask<int>(0);
        }

        var count = Math.Min(chunk.Length, buffer.Length);
        chunk[..count].CopyTo(buffer);
        if (count < chunk.Length)
        {
            // Back to the front.
            var rest = _chunks.ToArray();
            _chunks.Clear();
            _chunks.Enqueue(chunk[count..]);
            Array.ForEach(rest, _chunks.Enqueue);
        }

        return new ValueTask<int>(count);
    }
}
