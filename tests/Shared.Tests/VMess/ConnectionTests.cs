using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Buffers;
using Tunnel.Shared.Tests.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;

namespace Tunnel.Shared.Tests.VMess;

public sealed class ConnectionTests
{
    private const VMessBodyOptions S = VMessBodyOptions.ChunkStream;
    private const VMessBodyOptions M = VMessBodyOptions.Masking;
    private const VMessBodyOptions P = VMessBodyOptions.Padding;
    private const VMessBodyOptions A = VMessBodyOptions.AuthenticatedLength;

    public static TheoryData<int, int> Formats
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var security in (VMessSecurity[])[VMessSecurity.Auto, VMessSecurity.Aes128Gcm, VMessSecurity.ChaCha20Poly1305, VMessSecurity.None])
            {
                foreach (var options in (VMessBodyOptions[])[S, S | M, S | M | P, S | A, S | M | A, S | M | P | A])
                {
                    data.Add((int)security, (int)options);
                }
            }

            data.Add((int)VMessSecurity.Zero, 0);
            data.Add((int)VMessSecurity.Zero, (int)(M | P));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Bytes_arrive_as_they_were_sent_both_ways(int security, int options)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            await using var pair = await VMessPair.ConnectAsync((VMessSecurity)security, (VMessBodyOptions)options, seed: seed, most: seed == 0 ? 3 : 20_000);
            var forth = RandomBytes(seed, seed == 0 ? 3000 : 400_000);
            var back = RandomBytes(seed + 100, seed == 0 ? 3000 : 300_000);
            var sending = Task.WhenAll(pair.WriteAsync(pair.Client.Output, forth), pair.WriteAsync(pair.Server.Output, back));
            var received = await Task.WhenAll(Wait.ReadAllAsync(pair.Server.Input), Wait.ReadAllAsync(pair.Client.Input));
            await sending;
            Assert.Equal(forth, received[0]);
            Assert.Equal(back, received[1]);
        }
    }

    [Theory]
    [InlineData((int)VMessSecurity.Aes128Gcm)]
    [InlineData((int)VMessSecurity.ChaCha20Poly1305)]
    [InlineData((int)VMessSecurity.None)]
    [InlineData((int)VMessSecurity.Zero)]
    public async Task A_half_close_leaves_the_other_direction_open(int security)
    {
        await using var pair = await VMessPair.ConnectAsync((VMessSecurity)security);
        await pair.Client.Output.WriteAsync("question"u8.ToArray());
        pair.Client.Output.Complete();
        Assert.Equal("question"u8.ToArray(), await Wait.ReadAllAsync(pair.Server.Input));
        pair.Server.Input.Complete();
        await pair.Server.Output.WriteAsync("ans"u8.ToArray());
        Assert.Equal("ans"u8.ToArray(), await Wait.ReadExactAsync(pair.Client.Input, 3));
        await pair.Server.Output.WriteAsync("wer"u8.ToArray());
        pair.Server.Output.Complete();
        Assert.Equal("wer"u8.ToArray(), await Wait.ReadAllAsync(pair.Client.Input));
    }

    [Fact]
    public async Task The_transport_ends_only_when_both_directions_are_complete()
    {
        var pair = new DuplexPipePair();
        var client = Connect(pair.Near, VMessSecurity.Aes128Gcm);
        client.Output.Complete();
        await Wait.ReadExactAsync(pair.Far.Input, 100);
        Assert.False(pair.Far.Input.TryRead(out var read) && read.IsCompleted);
        if (!read.Buffer.IsEmpty)
        {
            pair.Far.Input.AdvanceTo(read.Buffer.End);
        }

        client.Input.Complete();
        Assert.Empty((await Wait.ReadAllAsync(pair.Far.Input)).Skip(200));
        await client.DisposeAsync();
    }

    [Fact]
    public async Task An_abort_is_the_transports_even_after_a_half_close()
    {
        var pair = new DuplexPipePair();
        var client = Connect(pair.Near, VMessSecurity.Aes128Gcm);
        await client.Output.WriteAsync("x"u8.ToArray());
        client.Output.Complete();
        client.Output.Complete(new IOException("changed my mind"));
        await Assert.ThrowsAsync<IOException>(() => Wait.ReadAllAsync(pair.Far.Input));
        client.Input.Complete();
    }

    [Fact]
    public async Task An_output_that_nobody_completed_is_no_whole_one()
    {
        await using var pair = await VMessPair.ConnectAsync(VMessSecurity.Aes128Gcm);
        await pair.Client.Output.WriteAsync("half"u8.ToArray());
        Assert.Equal("half"u8.ToArray(), await Wait.ReadExactAsync(pair.Server.Input, 4));
        await pair.Client.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => Wait.ReadAllAsync(pair.Server.Input));
    }

    [Theory]
    [InlineData((int)VMessCommand.Tcp)]
    [InlineData((int)VMessCommand.Mux)]
    public async Task The_header_goes_with_the_first_bytes_or_with_an_empty_flush(int command)
    {
        foreach (var empty in (bool[])[true, false])
        {
            var pair = new DuplexPipePair();
            var client = Connect(pair.Near, VMessSecurity.Aes128Gcm, (VMessCommand)command);
            client.Output.Write("hello"u8);
            Assert.False(pair.Far.Input.TryRead(out _));
            if (empty)
            {
                await client.StartAsync(TimeSpan.Zero);
            }

            await client.Output.FlushAsync();
            using var server = VMessPair.NewServer();
            var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(await server.AcceptAsync(pair.Far).WaitAsync(Wait.Bound));
            Assert.Equal((VMessCommand)command, accepted.Command);
            Assert.Equal("hello"u8.ToArray(), await Wait.ReadExactAsync(accepted.Connection.Input, 5));
        }
    }

    [Fact]
    public async Task The_header_waits_for_payload_as_long_as_it_is_told()
    {
        var time = new Interconnect.ManualTime();
        var pair = new DuplexPipePair();
        var client = VMessClient.Connect(pair.Near, new VMessClientOptions { Id = VMessPair.User.Id, Command = VMessCommand.Tcp, Destination = VMessPair.Somewhere, TimeProvider = time });
        var starting = client.StartAsync(TimeSpan.FromMilliseconds(100));
        await Wait.UntilAsync(() => time.HasTimers, "it waits");
        Assert.False(pair.Far.Input.TryRead(out _));
        time.Advance(TimeSpan.FromMilliseconds(100));
        await starting.WaitAsync(Wait.Bound);
        await client.Output.WriteAsync("late"u8.ToArray());
        using var server = VMessPair.NewServer(time);
        var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(await server.AcceptAsync(pair.Far).WaitAsync(Wait.Bound));
        Assert.Equal("late"u8.ToArray(), await Wait.ReadExactAsync(accepted.Connection.Input, 4));
    }

    [Fact]
    public async Task A_start_that_payload_overtakes_returns_at_once()
    {
        var pair = new DuplexPipePair();
        var client = Connect(pair.Near, VMessSecurity.Aes128Gcm);
        var starting = client.StartAsync(TimeSpan.FromDays(1));
        await client.Output.WriteAsync("early"u8.ToArray());
        await starting.WaitAsync(Wait.Bound);
    }

    [Theory]
    [InlineData((int)VMessSecurity.Aes128Gcm, (int)(S | M | P))]
    [InlineData((int)VMessSecurity.ChaCha20Poly1305, (int)(S | M | P | A))]
    [InlineData((int)VMessSecurity.None, (int)(S | M | P))]
    public async Task A_flush_is_a_datagram_and_so_is_a_read(int security, int options)
    {
        await using var pair = await VMessPair.ConnectAsync((VMessSecurity)security, (VMessBodyOptions)options, VMessCommand.Udp, most: 900);
        int[] sizes = [1, 100, 2048, 1, 60_000, VMessBodyFormat.MaxDatagram, 3];
        var datagrams = sizes.Select((size, i) => RandomBytes(i, size)).ToArray();
        var sending = SendAsync();
        foreach (var datagram in datagrams)
        {
            var read = await pair.Server.Input.ReadAsync().AsTask().WaitAsync(Wait.Bound);
            Assert.Equal(datagram, read.Buffer.ToArray());
            pair.Server.Input.AdvanceTo(read.Buffer.End);
        }

        Assert.Empty(await Wait.ReadAllAsync(pair.Server.Input));
        await sending;
        Assert.Equal(1, pair.Client.DroppedDatagrams);

        async Task SendAsync()
        {
            foreach (var datagram in datagrams)
            {
                pair.Client.Output.Write(datagram.AsSpan(0, datagram.Length / 2));
                await pair.Client.Output.WriteAsync(datagram.AsMemory(datagram.Length / 2));
                await pair.Client.Output.FlushAsync();
            }

            await pair.Client.Output.WriteAsync(new byte[VMessBodyFormat.MaxDatagram + 1]);
            pair.Client.Output.Complete();
        }
    }

    [Fact]
    public async Task A_reader_may_examine_without_consuming_and_be_cancelled()
    {
        await using var pair = await VMessPair.ConnectAsync(VMessSecurity.Aes128Gcm);
        await pair.Client.Output.WriteAsync("one"u8.ToArray());
        var read = await pair.Server.Input.ReadAtLeastAsync(3);
        pair.Server.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.False(pair.Server.Input.TryRead(out _));
        var waiting = pair.Server.Input.ReadAsync();
        Assert.False(waiting.IsCompleted);
        pair.Server.Input.CancelPendingRead();
        read = await waiting.AsTask().WaitAsync(Wait.Bound);
        Assert.True(read.IsCanceled);
        Assert.Equal(3, read.Buffer.Length);
        pair.Server.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        pair.Server.Input.CancelPendingRead();
        read = await pair.Server.Input.ReadAsync();
        Assert.True(read.IsCanceled);
        pair.Server.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        await pair.Client.Output.WriteAsync("two"u8.ToArray());
        read = await pair.Server.Input.ReadAtLeastAsync(6).AsTask().WaitAsync(Wait.Bound);
        Assert.Equal("onetwo"u8.ToArray(), read.Buffer.ToArray());
        pair.Server.Input.AdvanceTo(read.Buffer.GetPosition(2));
        Assert.True(pair.Server.Input.TryRead(out read));
        Assert.Equal("etwo"u8.ToArray(), read.Buffer.ToArray());
        pair.Server.Input.AdvanceTo(read.Buffer.End);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_stops_the_writer()
    {
        var pair = new DuplexPipePair(new PipeOptions(pauseWriterThreshold: 100_000, resumeWriterThreshold: 50_000));
        var client = Connect(pair.Near, VMessSecurity.Aes128Gcm);
        var sent = 0;
        Task<FlushResult> flush;
        do
        {
            flush = client.Output.WriteAsync(new byte[10_000]).AsTask();
            sent += 10_000;
        }
        while (flush.IsCompleted && sent < 1_000_000);

        Assert.InRange(sent, 90_000, 120_000);
        await Wait.ReadExactAsync(pair.Far.Input, 90_000);
        await flush.WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task An_idle_connection_holds_no_block()
    {
        var pool = new Testing.Pipes.TrackingPool();
        var pair = new DuplexPipePair();
        var client = VMessClient.Connect(pair.Near, new VMessClientOptions { Id = VMessPair.User.Id, Command = VMessCommand.Tcp, Destination = VMessPair.Somewhere, Pool = pool });
        client.Output.Write(new byte[50_000]);
        await client.Output.FlushAsync();
        Assert.Equal(0, pool.Rented);

        using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], Pool = pool });
        var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(await server.AcceptAsync(pair.Far).WaitAsync(Wait.Bound));
        var reading = Wait.ReadExactAsync(accepted.Connection.Input, 50_000);
        await reading;
        Assert.False(accepted.Connection.Input.TryRead(out _));
        Assert.Equal(0, pool.Rented);
        client.Output.Complete();
        client.Input.Complete();
        Assert.Empty(await Wait.ReadAllAsync(accepted.Connection.Input));
        accepted.Connection.Output.Complete();
        accepted.Connection.Input.Complete();
        await client.DisposeAsync();
        await accepted.Connection.DisposeAsync();
        pool.AssertAllReturned();
    }

    [Fact]
    public void No_chunk_allocates()
    {
        var header = Tunnel.Shared.VMess.Headers.VMessRequestHeader.Create(VMessSecurity.Aes128Gcm, S | M | P, VMessCommand.Tcp, VMessPair.Somewhere);
        foreach (var security in (VMessSecurity[])[VMessSecurity.Aes128Gcm, VMessSecurity.ChaCha20Poly1305, VMessSecurity.None])
        {
            var format = new VMessBodyFormat(security, S | M | P | A, Datagrams: false);
            var keys = new Tunnel.Shared.VMess.Headers.VMessBodyKeys(header, legacy: false);
            using var encoder = new ChunkEncoder(format, keys, response: false);
            using var decoder = new ChunkDecoder(format, keys, response: false);
            var wire = new ArrayBufferWriter<byte>(64 * 1024);
            var plain = new ArrayBufferWriter<byte>(64 * 1024);
            var payload = new ReadOnlySequence<byte>(new byte[VMessBodyFormat.MaxPayload]);
            Run(100);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(1000);

            // The runtime itself allocates now and then; one object for each chunk would be 24 bytes.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8000);

            void Run(int chunks)
            {
                for (var i = 0; i < chunks; i++)
                {
                    wire.ResetWrittenCount();
                    plain.ResetWrittenCount();
                    encoder.Write(payload, wire);
                    var input = new ReadOnlySequence<byte>(wire.WrittenMemory);
                    decoder.Decode(ref input, plain);
                    Assert.True(plain.WrittenCount == VMessBodyFormat.MaxPayload);
                }
            }
        }
    }

    [Fact]
    public void The_nonce_wraps_and_both_sides_go_on()
    {
        var header = Tunnel.Shared.VMess.Headers.VMessRequestHeader.Create(VMessSecurity.Aes128Gcm, S | M | P, VMessCommand.Tcp, VMessPair.Somewhere);
        var format = new VMessBodyFormat(VMessSecurity.Aes128Gcm, S | A, Datagrams: false);
        var keys = new Tunnel.Shared.VMess.Headers.VMessBodyKeys(header, legacy: false);
        using var encoder = new ChunkEncoder(format, keys, response: false);
        using var decoder = new ChunkDecoder(format, keys, response: false);
        var payload = new ReadOnlySequence<byte>(new byte[1]);
        var wire = new ArrayBufferWriter<byte>();
        var plain = new ArrayBufferWriter<byte>();
        byte[]? first = null;
        for (var i = 0; i < 65_536 + 10; i++)
        {
            wire.ResetWrittenCount();
            encoder.Write(payload, wire);
            first ??= wire.WrittenSpan.ToArray();
            Assert.Equal(i is 0 or 65_536, wire.WrittenSpan.SequenceEqual(first));
            var input = new ReadOnlySequence<byte>(wire.WrittenMemory);
            decoder.Decode(ref input, plain);
        }

        Assert.Equal(65_536 + 10, plain.WrittenCount);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        var pair = new DuplexPipePair();
        var good = new VMessClientOptions { Id = VMessPair.User.Id, Command = VMessCommand.Tcp, Destination = VMessPair.Somewhere };
        foreach (var bad in (VMessClientOptions[])
            [
                good with { Security = VMessSecurity.LegacyCfb },
                good with { Destination = null },
                good with { Command = VMessCommand.Mux },
                good with { BodyOptions = S | P },
                good with { Security = VMessSecurity.Zero, Command = VMessCommand.Udp },
                good with { Destination = new Mux.Destination(Mux.Network.Tcp, "no domain", 1) },
            ])
        {
            Assert.ThrowsAny<ArgumentException>(() => VMessClient.Connect(pair.Near, bad));
        }
    }

    internal static byte[] RandomBytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static VMessConnection Connect(IDuplexPipe transport, VMessSecurity security, VMessCommand command = VMessCommand.Tcp) => VMessClient.Connect(
        transport,
        new VMessClientOptions
        {
            Id = VMessPair.User.Id,
            Command = command,
            Destination = command == VMessCommand.Mux ? null : VMessPair.Somewhere,
            Security = security,
            Pool = BlockPool.Default,
        });
}
