using System.Buffers.Binary;
using System.IO.Pipelines;
using Tunnel.Fuzz.Engine;
using Tunnel.Mux;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Link;
using Tunnel.Mux.Native;
using Tunnel.Testing.Pipes;

namespace Tunnel.Fuzz.Targets;

/// <summary>The records of a resumable link, and a session that goes on over one connection after the other.</summary>
internal static class LinkTarget
{
    /// <summary>What stands before the connections' bytes in an input: how many there are, and how much the peer claims to have taken.</summary>
    private const int HeadBytes = 3;

    private const int MostConnections = 3;

    private static readonly StreamMetadata Metadata = new(new Destination(Network.Tcp, "target.example", 80));

    public static FuzzTarget Create() => new("link", "resumable link: records, a session over connections that are lost and replaced",
    [
        new FuzzCase("record", RunRecord) { Seeds = [[1, 0, 0, 5], [2, 0, 0, 8], [3, 0, 0, 0], [4, 0, 0, 0]], MaxLength = LinkRecord.HeaderSize },
        new FuzzCase("session", RunSession)
        {
            Seeds = [Conversation(new Random(1)), Conversation(new Random(2)), Conversation(new Random(3))],
            Words = [Data(NativeFrames.Open(1)), Ack(0), Ack(16), Ack(ulong.MaxValue), Record(LinkRecordType.End, []), Record(LinkRecordType.Probe, [])],
            Generate = Conversation,
            MaxLength = 8 * 1024,
        },
    ]);

    private static byte[] Record(LinkRecordType type, byte[] content)
    {
        var record = new byte[LinkRecord.HeaderSize + content.Length];
        new LinkRecord(type, content.Length).Write(record);
        content.CopyTo(record, LinkRecord.HeaderSize);
        return record;
    }

    private static byte[] Data(byte[] content) => Record(LinkRecordType.Data, content);

    private static byte[] Ack(ulong taken)
    {
        var count = new byte[LinkRecord.AckSize];
        BinaryPrimitives.WriteUInt64BigEndian(count, taken);
        return Record(LinkRecordType.Ack, count);
    }

    /// <summary>A session's bytes in records that end where its frames end, with other records between them.</summary>
    private static byte[] Conversation(Random random)
    {
        var frames = NativeFrames.Conversation(random);
        List<byte> bytes = [(byte)random.Next(MostConnections), 0, (byte)(random.Next(3) * 8), .. Data(frames[..Preface.Size])];
        for (var at = Preface.Size; at < frames.Length;)
        {
            var length = FrameHeader.Size + ((frames[at] << 16) | (frames[at + 1] << 8) | frames[at + 2]);
            bytes.AddRange(Data(frames[at..(at + length)]));
            at += length;
            bytes.AddRange(random.Next(8) switch
            {
                0 => Ack((ulong)random.Next(64)),
                1 => Record(LinkRecordType.Probe, []),
                2 when random.Next(8) == 0 => Record(LinkRecordType.End, []),
                _ => [],
            });
        }

        return [.. bytes];
    }

    private static void RunRecord(byte[] bytes, Observations observations)
    {
        if (bytes.Length < LinkRecord.HeaderSize)
        {
            return;
        }

        try
        {
            var record = LinkRecord.Read(bytes);
            Span<byte> written = stackalloc byte[LinkRecord.HeaderSize];
            record.Write(written);
            PropertyException.Require(written.SequenceEqual(bytes), "what was read is written so that it is read again");
            observations.Note(record.Type);
        }
        catch (MuxSessionException exception)
        {
            observations.Note(exception);
        }
    }

    private static void RunSession(byte[] bytes, Observations observations)
    {
        if (bytes.Length > HeadBytes)
        {
            SessionPlay.Run(bytes, pool => PlayAsync(bytes, pool, observations), observations);
        }
    }

    private static async Task<(MuxSessionEnd End, int Streams)> PlayAsync(byte[] bytes, TrackingPool pool, Observations observations)
    {
        await using var link = new SessionLink(new LinkOptions { Pool = pool, MaxUnacknowledged = 64 * 1024, AcknowledgeEvery = 256 });
        await using var session = MuxSession.Start(link, isDialler: false, new MuxOptions { MaxStreams = 5, MaxControlBytes = 16 * 1024, Pool = pool });
        var user = SessionPlay.UseAsync(session, Metadata);
        var count = 1 + (bytes[0] % MostConnections);
        var length = (bytes.Length - HeadBytes + count - 1) / count;
        for (var number = 0; number < count; number++)
        {
            var taken = await link.DetachAsync(new IOException("cut"));
            PropertyException.Require(taken <= bytes.Length, "no more is taken than was sent");
            var part = bytes.AsSpan(Math.Min(bytes.Length, HeadBytes + (number * length))).ToArray();
            var takenByPeer = number == 0 ? 0 : (bytes[1] << 8) | bytes[2];
            if (!await PlayConnectionAsync(link, part[..Math.Min(part.Length, length)], takenByPeer, pool))
            {
                observations.Note(number);
                break;
            }
        }

        link.Close(new IOException("the grace period is over"));
        var end = await session.Completion;
        return (end, await user);
    }

    /// <summary>Attaches a connection and sends bytes over it; false where the link did not take it.</summary>
    private static async Task<bool> PlayConnectionAsync(SessionLink link, byte[] bytes, long takenByPeer, TrackingPool pool)
    {
        var (peer, connection) = DuplexPipePair.Create(pool, SessionPlay.PauseThreshold);
        var isAttached = link.TryAttach(Wrap(connection), takenByPeer);
        await SessionPlay.SendAsync(peer, bytes);
        await link.Lost;
        await peer.Input.CompleteAsync();
        return isAttached;
    }

    private static LinkConnection Wrap(IDuplexPipe pipe) => new(
        pipe,
        () =>
        {
            pipe.Input.CancelPendingRead();
            pipe.Output.CancelPendingFlush();
        },
        static () => ValueTask.CompletedTask);
}
