using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.ReverseControl;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Whatever a peer sends, the session ends with a reason or goes on; nothing crashes, hangs or leaks.</summary>
[Collection(FuzzCollection.Name)]
public sealed class CoolSessionFuzzTests
{
    [Fact]
    public void Garbage() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte[] Garbage, int Seed, bool IsOpener)>(),
            value => RunAsync(new Random(value.Seed), value.Garbage, value.IsOpener).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Garbage_behind_a_length_that_is_right() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte[] Garbage, int Seed, bool IsOpener)>(),
            value =>
            {
                var bytes = value.Garbage.Select((b, i) => i % 16 == 0 ? (byte)0 : i % 16 == 1 ? (byte)(4 + (b % 12)) : i % 16 == 4 ? (byte)(b % 5) : b).ToArray();
                RunAsync(new Random(value.Seed), bytes, value.IsOpener).GetAwaiter().GetResult();
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory(Timeout = 120_000)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public async Task Mutated_conversations(int seed, bool isOpener)
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

            await RunAsync(random, bytes, isOpener);
        }
    }

    [Fact]
    public async Task A_conversation_that_breaks_off_anywhere()
    {
        byte[] bytes =
        [
            .. Frames.New(1, new Destination(Network.Udp, "reverse", 0), [8, 1]),
            .. Frames.New(2, Frames.UdpTarget, [1, 2, 3]),
            .. Frames.New(3, data: [1, 2, 3]),
            .. Frames.Keep(2, new byte[100]),
            .. Frames.Keep(3, [4, 5]),
            .. Frames.End(3),
            .. Frames.End(2, isError: true),
        ];
        for (var length = 0; length <= bytes.Length; length++)
        {
            await RunAsync(new Random(length), bytes[..length], isOpener: false);
        }
    }

    private static async Task RunAsync(Random random, byte[] bytes, bool isOpener)
    {
        var unobserved = new ConcurrentQueue<Exception>();
        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        try
        {
            var options = new CoolOptions
            {
                MaxStreams = 5,
                StreamBuffer = 64 * 1024,
                SessionBuffer = 128 * 1024,
                StallDeadline = TimeSpan.FromMilliseconds(5),
                MaxControlBytes = 4 * 1024,
                DelayEndUntilResponseEnds = random.Next(2) == 0,
            };
            var control = Task.CompletedTask;
            await using var peer = CoolRawPeer.Of(
                (connection, settings) =>
                {
                    if (isOpener)
                    {
                        var portal = ReversePortalControl.Start(
                            connection, settings, new ReversePortalOptions { DrainAfterStreams = 2, HeartbeatInterval = TimeSpan.FromMilliseconds(1) });
                        control = portal.Completion;
                        return portal.Session;
                    }

                    var bridge = ReverseBridgeControl.Start(connection, settings);
                    control = bridge.Completion;
                    return bridge.Session;
                },
                options);
            var user = UseAsync(peer.Session, stalls: random.Next(3) == 0);
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
            await control.WaitAsync(Condition.Patience);
            Assert.Equal(0, peer.Session.StreamCount);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= OnUnobserved;
        }

        Assert.Empty(unobserved);
    }

    /// <summary>Opens and accepts streams, echoes what comes or leaves it where it is, and completes everything.</summary>
    private static async Task UseAsync(CoolSession session, bool stalls)
    {
        var work = new List<Task>();
        for (var i = 0; i < 3; i++)
        {
            if (session.TryOpen(new StreamMetadata(i == 2 ? Frames.UdpTarget : Frames.Target)) is { } opened)
            {
                work.Add(EchoAsync(opened, stalls));
            }
        }

        while (await session.AcceptAsync() is { } accepted)
        {
            work.Add(EchoAsync(accepted, stalls));
        }

        await Task.WhenAll(work);
    }

    private static async Task EchoAsync(IMuxStream stream, bool stalls)
    {
        try
        {
            if (stalls)
            {
                await stream.Closed;
            }

            await stream.Input.CopyToAsync(stream.Output);
        }
        catch (MuxStreamException)
        {
            // Aborted, or its session ended.
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
        ushort next = 1;
        for (var frames = random.Next(1, 60); frames > 0; frames--)
        {
            var some = (ushort)random.Next(0, next + 2);
            var data = new byte[random.Next(0, 6000)];
            bytes.AddRange(random.Next(12) switch
            {
                0 => Frames.New(next++, Frames.UdpTarget, data),
                1 => Frames.New(next++, data: data),
                2 => Frames.New(next++, new Destination(Network.Udp, "reverse", 0), [8, (byte)random.Next(3)]),
                3 or 4 or 5 or 6 => Frames.Keep(some, data),
                7 => Frames.Raw(some, 2, random.Next(256) & 0xFE),
                8 => Frames.Raw(some, random.Next(2, 5), 1, new byte[random.Next(500)], data),
                9 => Frames.Keep(some, new byte[60_000]),
                _ => Frames.End(some, random.Next(3) == 0),
            });
        }

        return [.. bytes];
    }
}
