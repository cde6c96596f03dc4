using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;

namespace Tunnel.Shared.VMess.Body;

/// <summary>Holds what was written and not flushed, and seals it into the transport's memory. Owns the encoder. Not safe for concurrent use.</summary>
/// <param name="transport">Where to; never flushed here.</param>
/// <param name="format">The body's format.</param>
/// <param name="encoder">Null where the format has no chunks.</param>
/// <param name="pool">Where blocks come from; all are returned once what they held is sealed.</param>
internal sealed class ChunkStaging(PipeWriter transport, VMessBodyFormat format, ChunkEncoder? encoder, MemoryPool<byte> pool)
{
    private const int SegmentBytes = 16 * 1024;

    // Made when it is first needed: who writes with WriteAsync never does.
    private Pipe? _plain;

    /// <summary>Bytes that were written and not sealed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Datagrams that were longer than <see cref="VMessBodyFormat.MaxDatagram"/>, and so not sent.</summary>
    public long DroppedDatagrams { get; private set; }

    private Pipe Plain => _plain ??= new Pipe(new PipeOptions(pool, pauseWriterThreshold: 0, minimumSegmentSize: SegmentBytes, useSynchronizationContext: false));

    public Memory<byte> GetMemory(int sizeHint) => Plain.Writer.GetMemory(sizeHint);

    public void Advance(int bytes)
    {
        Plain.Writer.Advance(bytes);
        Bytes += bytes;
    }

    /// <summary>Seals all that was written: a byte stream in as few chunks as its blocks allow, a datagram in one.</summary>
    public void Seal()
    {
        if (Bytes == 0)
        {
            return;
        }

        var plain = Plain;
        var flush = plain.Writer.FlushAsync();
        Debug.Assert(flush.IsCompleted, "A pipe without a threshold is always ready.");
        flush.GetAwaiter().GetResult();
        plain.Reader.TryRead(out var read);
        if (format.Datagrams)
        {
            SealOne(read.Buffer);
        }
        else
        {
            foreach (var segment in read.Buffer)
            {
                Seal(segment);
            }
        }

        plain.Reader.AdvanceTo(read.Buffer.End);
        Bytes = 0;
    }

    /// <summary>Seals a part of a byte stream from where it is.</summary>
    public void Seal(ReadOnlyMemory<byte> payload)
    {
        if (encoder is null)
        {
            transport.Write(payload.Span);
            return;
        }

        while (!payload.IsEmpty)
        {
            var chunk = payload[..Math.Min(payload.Length, VMessBodyFormat.MaxPayload)];
            encoder.Write(new ReadOnlySequence<byte>(chunk), transport);
            payload = payload[chunk.Length..];
        }
    }

    /// <summary>Seals what was written and then <paramref name="source"/> as one datagram; an empty one is none, since it would be the end chunk.</summary>
    public void SealDatagram(ReadOnlyMemory<byte> source)
    {
        if (Bytes > 0)
        {
            Plain.Writer.Write(source.Span);
            Bytes += source.Length;
            Seal();
        }
        else if (!source.IsEmpty)
        {
            SealOne(new ReadOnlySequence<byte>(source));
        }
    }

    /// <summary>Writes the end chunk.</summary>
    public void SealEnd() => encoder!.Write(ReadOnlySequence<byte>.Empty, transport);

    /// <summary>Disposes the encoder and returns the blocks; nothing may be written afterwards.</summary>
    public void Release()
    {
        encoder?.Dispose();
        _plain?.Writer.Complete();
        _plain?.Reader.Complete();
    }

    private void SealOne(in ReadOnlySequence<byte> datagram)
    {
        if (datagram.Length > VMessBodyFormat.MaxDatagram)
        {
            DroppedDatagrams++;
            return;
        }

        encoder!.Write(datagram, transport);
    }
}
