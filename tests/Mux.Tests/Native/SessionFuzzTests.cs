using System.Collections.Concurrent;
using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Native;

/// <summary>Whatever a peer sends, the session ends with a reason or goes on; nothing crashes, hangs or leaks.</summary>
[Collection(FuzzCollection.Name)]
public sealed class SessionFuzzTests
{
    [Theory(Timeout = 120_000)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Garbage(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var garbage = new byte[random.Next(1, 2000)];
            random.NextBytes(garbage);
            await RunAsync(random, garbage, withPreface: round % 3 != 0);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Mutated_conversations(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var bytes = Conversation(random);
            for (var changes = random.Next(0, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                var from = random.Next(bytes.Length);
                bytes = [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + random.Next(20))..]];
            }

            await RunAsync(random, bytes, withPreface: true);
        }
    }

    private static async Task RunAsync(Random random, byte[] bytes, bool withPreface)
    {
        var unobserved = new ConcurrentQueue<Exception>();
        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        try
        {
            await using var peer = new RawPeer(new MuxOptions { MaxStreams = 5, MaxControlBytes = 16 * 1024 }, pauseThreshold: 1024 * 1024);
            var user = UseAsync(peer.Session);
            if (withPreface)
            {
                await peer.SendPrefaceAsync().WaitAsync(Condition.Patience);
            }

            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(bytes.Length - at, random.Next(1, 700));
                try
                {
                    await peer.SendAsync(bytes[at..(at + length)]).WaitAsync(Condition.Patience);
                }
                catch (MuxSessionException)
                {
                    break;
                }

                at += length;
            }

            await peer.Output.CompleteAsync();
            var end = await peer.Session.Completion.WaitAsync(Condition.Patience);
            Assert.NotEmpty(end.Message);
            Assert.True(Enum.IsDefined(end.Code));
            await user.WaitAsync(Condition.Patience);
            Assert.Equal(0, peer.Session.StreamCount);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= OnUnobserved;
        }

        Assert.Empty(unobserved);
    }

    /// <summary>Opens and accepts streams, echoes what comes, and completes everything.</summary>
    private static async Task UseAsync(IMuxSession session)
    {
        var work = new List<Task>();
        for (var i = 0; i < 2; i++)
        {
            if (session.TryOpen(SessionPair.Metadata) is { } opened)
            {
                work.Add(EchoAsync(opened));
            }
        }

        while (await session.AcceptAsync() is { } accepted)
        {
            work.Add(EchoAsync(accepted));
        }

        await Task.WhenAll(work);
    }

    private static async Task EchoAsync(IMuxStream stream)
    {
        try
        {
            await stream.Input.CopyToAsync(stream.Output);
        }
        catch (MuxStreamException)
        {
            // Reset, or its session ended.
        }
        finally
        {
            await stream.Output.CompleteAsync();
            await stream.Input.CompleteAsync();
        }

        await stream.Closed;
    }

    private static byte[] Conversation(Random random)
    {
        var bytes = new List<byte>();
        var next = 1u;
        for (var frames = random.Next(1, 40); frames > 0; frames--)
        {
            var some = (uint)random.Next(0, (int)next + 3);
            var data = new byte[random.Next(0, 3000)];
            bytes.AddRange(random.Next(10) switch
            {
                0 or 1 => RawPeer.OpenFrame((next += 2) - 2),
                2 or 3 or 4 => RawPeer.Frame(FrameType.Data, next > 1 ? next - 2 : 2, data),
                5 => RawPeer.Frame(FrameType.Data, next > 1 ? next - 2 : 2, data, FrameFlags.Fin),
                6 => RawPeer.Frame(FrameType.Window, some, RawPeer.UInt32((uint)random.Next(16 * 1024, 1 << 20))),
                7 => RawPeer.Frame(FrameType.Ping, 0, new byte[8], (FrameFlags)(random.Next(2) * 2)),
                8 => RawPeer.Frame(random.Next(2) == 0 ? FrameType.Stop : FrameType.Reset, some, random.Next(2) == 0 ? [] : RawPeer.UInt32(8)),
                _ => RawPeer.Frame(FrameType.GoAway, 0, [.. RawPeer.UInt32(some), .. RawPeer.UInt32((uint)random.Next(12))]),
            });
        }

        return [.. bytes];
    }
}
