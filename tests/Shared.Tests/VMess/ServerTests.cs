using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Tunnel.Shared.Tests.Interconnect;
using Tunnel.Shared.Tests.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Headers;
using Tunnel.Shared.VMess.Server;

namespace Tunnel.Shared.Tests.VMess;

public sealed class ServerTests
{
    private const long Now = 1_900_000_000;

    private static readonly VMessBodyOptions Usual = VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking | VMessBodyOptions.Padding;

    [Theory]
    [InlineData(-121, false)]
    [InlineData(-120, true)]
    [InlineData(0, true)]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(-Now - 1, false)]
    [InlineData(long.MaxValue - Now, false)]
    [InlineData(long.MinValue + Now, false)]
    public async Task A_request_may_be_120_seconds_off_and_no_more(long skew, bool accepted)
    {
        using var server = VMessPair.NewServer(new FixedTime(Now));
        var outcome = await AcceptAsync(server, Request(Now + skew));
        if (accepted)
        {
            Assert.IsType<VMessAcceptOutcome.Accepted>(outcome);
            return;
        }

        var refused = Assert.IsType<VMessAcceptOutcome.Refused>(outcome);
        Assert.Equal(VMessRefusalReason.ClockSkew, refused.Reason);
        Assert.Same(VMessPair.User, refused.User);
        if (Math.Abs(skew) < 1000)
        {
            Assert.Equal(TimeSpan.FromSeconds(skew), refused.ClockSkew);
            Assert.Contains(skew > 0 ? "121 s ahead" : "121 s behind", refused.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_replay_is_refused_as_long_as_its_time_is_good_and_the_same_keys_for_three_minutes()
    {
        var time = new FixedTime(Now);
        using var server = VMessPair.NewServer(time);
        var request = Request(Now + 120);
        Assert.IsType<VMessAcceptOutcome.Accepted>(await AcceptAsync(server, request));
        time.UnixSeconds += 240;
        AssertRefused(VMessRefusalReason.Replayed, await AcceptAsync(server, request));
        time.UnixSeconds += 1;
        AssertRefused(VMessRefusalReason.ClockSkew, await AcceptAsync(server, request));

        var header = Header();
        Assert.IsType<VMessAcceptOutcome.Accepted>(await AcceptAsync(server, Request(time.UnixSeconds, header: header)));
        AssertRefused(VMessRefusalReason.Replayed, await AcceptAsync(server, Request(time.UnixSeconds, header: header)));
    }

    [Fact]
    public async Task A_server_that_can_remember_no_more_refuses()
    {
        var time = new FixedTime(Now);
        using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], TimeProvider = time, ReplayCapacity = 2 });
        Assert.IsType<VMessAcceptOutcome.Accepted>(await AcceptAsync(server, Request(Now)));
        Assert.IsType<VMessAcceptOutcome.Accepted>(await AcceptAsync(server, Request(Now + 10)));
        AssertRefused(VMessRefusalReason.Overloaded, await AcceptAsync(server, Request(Now)));
    }

    [Fact]
    public void The_replay_filter_is_exact_and_bounded()
    {
        var filter = new ReplayFilter<int>(3);
        Assert.Equal(ReplayVerdict.Fresh, filter.Add(1, expiry: 10, now: 0));
        Assert.Equal(ReplayVerdict.Fresh, filter.Add(2, expiry: 5, now: 0));
        Assert.Equal(ReplayVerdict.Fresh, filter.Add(3, expiry: 20, now: 0));
        Assert.Equal(ReplayVerdict.Full, filter.Add(4, expiry: 20, now: 5));
        Assert.Equal(ReplayVerdict.Repeated, filter.Add(2, expiry: 20, now: 5));
        Assert.Equal(ReplayVerdict.Fresh, filter.Add(4, expiry: 20, now: 6));
        Assert.Equal(ReplayVerdict.Repeated, filter.Add(1, expiry: 20, now: 10));
        Assert.Equal(3, filter.Count);
        Assert.Equal(ReplayVerdict.Fresh, filter.Add(5, expiry: 30, now: 21));
        Assert.Equal(1, filter.Count);
    }

    [Fact]
    public async Task Nobodys_request_and_broken_ones_look_alike()
    {
        using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], TimeProvider = new FixedTime(Now) });
        var good = Request(Now);
        await AcceptAsync(server, good);
        var sealedWrong = Request(Now);
        sealedWrong[^1] ^= 1;
        var lengthWrong = Request(Now);
        lengthWrong[20] ^= 1;
        (byte[] Bytes, VMessRefusalReason Reason)[] bad =
        [
            (RandomNumberGenerator.GetBytes(100), VMessRefusalReason.UnknownUser),
            (Request(Now, new VMessUser(VMessId.Generate())), VMessRefusalReason.UnknownUser),
            (Request(Now + 1000), VMessRefusalReason.ClockSkew),
            (good, VMessRefusalReason.Replayed),
            (sealedWrong, VMessRefusalReason.Malformed),
            (lengthWrong, VMessRefusalReason.Malformed),
            (Request(Now, header: Header() with { Command = (VMessCommand)9 }), VMessRefusalReason.Malformed),
            (Request(Now, header: Header() with { Options = VMessBodyOptions.ChunkStream | VMessBodyOptions.Padding }), VMessRefusalReason.Malformed),
            (Request(Now, header: Header() with { Security = VMessSecurity.LegacyCfb }), VMessRefusalReason.LegacyCipher),
        ];
        var limits = new List<int>();
        foreach (var (bytes, reason) in bad)
        {
            // It is not closed before so many bytes have come, and it is then; nothing is ever answered.
            // A write ends when the server has read it.
            var pair = new DuplexPipePair(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
            var accepting = server.AcceptAsync(pair.Far);
            await pair.Near.Output.WriteAsync(bytes);
            var sent = bytes.Length;
            while (!(await pair.Near.Output.WriteAsync(new byte[1])).IsCompleted)
            {
                sent++;
            }

            AssertRefused(reason, await accepting.WaitAsync(Wait.Bound));
            Assert.Empty(await Wait.ReadAllAsync(pair.Near.Input));
            limits.Add(sent);
        }

        Assert.All(limits, static limit => Assert.InRange(limit, RefusedDrain.FewestBytes, RefusedDrain.MostBytes));
        Assert.InRange(limits.Max() - limits.Min(), 0, 64);
        Assert.Equal(0, server.Draining);
    }

    [Fact]
    public async Task A_refused_peer_that_sends_no_more_waits_for_the_deadline()
    {
        var time = new ManualTime();
        using var server = VMessPair.NewServer(time);
        var pair = new DuplexPipePair();
        await pair.Near.Output.WriteAsync(new byte[50]);
        var accepting = server.AcceptAsync(pair.Far);
        await Wait.UntilAsync(() => server.Draining == 1, "the refused connection is drained");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(accepting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        AssertRefused(VMessRefusalReason.UnknownUser, await accepting.WaitAsync(Wait.Bound));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(41)]
    [InlineData(100)]
    public async Task A_header_that_does_not_come_is_waited_for_until_the_deadline(int bytes)
    {
        var time = new ManualTime();
        using var server = VMessPair.NewServer(time);
        var pair = new DuplexPipePair();
        var request = Request(time.GetUtcNow().ToUnixTimeSeconds());
        await pair.Near.Output.WriteAsync(request.AsMemory(0, bytes));
        var accepting = server.AcceptAsync(pair.Far);
        Assert.False(accepting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(60));
        AssertRefused(VMessRefusalReason.TimedOut, await accepting.WaitAsync(Wait.Bound));
    }

    [Fact]
    public async Task Drains_are_bounded_in_number()
    {
        using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], MaxDrains = 2 });
        var pairs = Enumerable.Range(0, 3).Select(static _ => new DuplexPipePair()).ToArray();
        var accepting = new List<Task<VMessAcceptOutcome>>();
        foreach (var pair in pairs)
        {
            await pair.Near.Output.WriteAsync(new byte[50]);
            accepting.Add(server.AcceptAsync(pair.Far));
            await Wait.UntilAsync(() => server.Draining >= Math.Min(accepting.Count, 2), "it is drained");
        }

        AssertRefused(VMessRefusalReason.UnknownUser, await accepting[2].WaitAsync(Wait.Bound));
        Assert.False(accepting[0].IsCompleted || accepting[1].IsCompleted);
        foreach (var pair in pairs)
        {
            pair.Near.Output.Complete();
        }

        await Task.WhenAll(accepting).WaitAsync(Wait.Bound);
        Assert.Equal(0, server.Draining);
    }

    [Fact]
    public async Task A_caller_may_cancel()
    {
        using var server = VMessPair.NewServer();
        using var cancel = new CancellationTokenSource();
        var pair = new DuplexPipePair();
        var accepting = server.AcceptAsync(pair.Far, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.WaitAsync(Wait.Bound));
    }

    [Theory]
    [InlineData(-120, 0, true)]
    [InlineData(120, 0, true)]
    [InlineData(-121, 0, false)]
    [InlineData(121, 0, false)]
    [InlineData(0, 3, true)]
    [InlineData(0, 5, false)]
    public async Task The_legacy_format_is_read_where_it_is_allowed(long skew, int alterId, bool known)
    {
        var user = VMessPair.User with { AlterId = 4 };
        var time = new FixedTime(Now - 100_000);
        using var allowing = new VMessServer(new VMessServerOptions { Users = [user], AllowLegacy = true, TimeProvider = time });
        using var usual = new VMessServer(new VMessServerOptions { Users = [user], TimeProvider = time });
        await AcceptAsync(allowing, new byte[5000]);
        time.UnixSeconds = Now;
        var request = LegacyRequest(user.Id, alterId == 0 ? user.Id.Bytes.ToArray() : user.Id.AlterIds(alterId).Last(), Now + skew, VMessSecurity.LegacyCfb);
        AssertRefused(VMessRefusalReason.UnknownUser, await AcceptAsync(usual, request));
        if (!known)
        {
            AssertRefused(VMessRefusalReason.UnknownUser, await AcceptAsync(allowing, request));
            return;
        }

        var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(await AcceptAsync(allowing, request));
        Assert.Equal((user, VMessSecurity.LegacyCfb), (accepted.User, accepted.Security));
        AssertRefused(VMessRefusalReason.Replayed, await AcceptAsync(allowing, request));
    }

    [Fact]
    public void Too_many_alter_ids_are_refused() => Assert.Throws<ArgumentException>(static () =>
        new VMessServer(new VMessServerOptions { Users = [VMessPair.User with { AlterId = 65_535 }], AllowLegacy = true }));

    [Theory]
    [InlineData((int)VMessCommand.Mux)]
    [InlineData((int)VMessCommand.Udp)]
    public async Task The_command_and_the_destination_are_reported(int command)
    {
        await using var pair = await VMessPair.ConnectAsync(VMessSecurity.Aes128Gcm, command: (VMessCommand)command);
        var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(pair.Outcome);
        Assert.Equal((VMessCommand)command, accepted.Command);
        Assert.Equal(command == (int)VMessCommand.Mux ? null : "udp:10.1.2.3:53", accepted.Destination?.ToString());
    }

    internal static VMessRequestHeader Header() => VMessRequestHeader.Create(VMessSecurity.Aes128Gcm, Usual, VMessCommand.Tcp, VMessPair.Somewhere);

    internal static byte[] Request(long unixSeconds, VMessUser? user = null, VMessRequestHeader? header = null)
    {
        var output = new ArrayBufferWriter<byte>();
        VMessClient.WriteRequest(output, (user ?? VMessPair.User).Id, header ?? Header(), unixSeconds, RandomNumberGenerator.Fill);
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] LegacyRequest(VMessId id, byte[] hashed, long unixSeconds, VMessSecurity security)
    {
        var header = VMessRequestHeader.Create(security, VMessBodyOptions.ChunkStream, VMessCommand.Tcp, VMessPair.Somewhere);
        var request = new byte[VMessLegacyHeader.HashBytes + VMessRequestHeaderCodec.MaxBytes];
        BinaryPrimitives.WriteUInt128BigEndian(request, VMessLegacyHeader.AuthenticationHash(hashed, unixSeconds));
        var length = VMessRequestHeaderCodec.Write(request.AsSpan(VMessLegacyHeader.HashBytes), header, new byte[3]);
        using var cipher = VMessLegacyHeader.CreateCipher(id, unixSeconds);
        cipher.Encrypt(request.AsSpan(VMessLegacyHeader.HashBytes, length));
        return request[..(VMessLegacyHeader.HashBytes + length)];
    }

    /// <summary>Offers bytes and then the end.</summary>
    internal static async Task<VMessAcceptOutcome> AcceptAsync(VMessServer server, byte[] bytes)
    {
        var pair = new DuplexPipePair(new PipeOptions(pauseWriterThreshold: 0));
        await pair.Near.Output.WriteAsync(bytes);
        pair.Near.Output.Complete();
        return await server.AcceptAsync(pair.Far).WaitAsync(Wait.Bound);
    }

    private static void AssertRefused(VMessRefusalReason reason, VMessAcceptOutcome outcome) =>
        Assert.Equal(reason, Assert.IsType<VMessAcceptOutcome.Refused>(outcome).Reason);
}
