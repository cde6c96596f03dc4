using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using Google.Protobuf;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class InterconnectAttackTests
{
    private readonly InterconnectKey _key = InterconnectKey.Generate();

    [Fact]
    public async Task Garbage_on_the_tls_port_is_refused()
    {
        await using var portal = new TestPortal(_key);
        using var socket = await portal.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await portal.RefusedAsync(RefusalReason.TlsFailed);
    }

    [Fact]
    public async Task A_tls_client_that_stops_half_way_is_lost()
    {
        await using var portal = new TestPortal(_key);
        using var socket = await portal.ConnectAsync();

        // The beginning of a client hello: a handshake record of 512 bytes of which ten arrive.
        await socket.SendAsync(new byte[] { 22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0, 0, 0, 0 });
        socket.Shutdown(SocketShutdown.Send);
        await portal.RefusedAsync(RefusalReason.ConnectionLost);
    }

    [Fact]
    public async Task Tls_without_the_application_protocol_is_refused()
    {
        await using var portal = new TestPortal(_key);
        using var socket = await portal.ConnectAsync();
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, TestPortal.TakeAnyCertificate);
        await tls.AuthenticateAsClientAsync("anything");
        await portal.RefusedAsync(RefusalReason.TlsFailed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_dawdles_is_cut_off_at_the_deadline(bool plaintext)
    {
        var time = new ManualTime();
        await using var portal = new TestPortal(_key, o => o with { TimeProvider = time, Certificate = plaintext ? null : o.Certificate });
        using var socket = await portal.ConnectAsync();
        var outcome = portal.RefusedAsync(RefusalReason.TimedOut);

        // A length prefix, or a TLS record, that promises 512 bytes and keeps the promise one byte a second.
        byte[] start = plaintext ? [0, 0, 2, 0] : [22, 3, 1, 2, 0];
        await socket.SendAsync(start);
        await Wait.UntilAsync(() => time.HasTimers, "the deadline began");
        for (var second = 0; second < 10; second++)
        {
            Assert.False(outcome.IsCompleted);
            await socket.SendAsync(new byte[1]);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Contains("10 s", (await outcome).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4097u)]
    [InlineData(0u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0xffffffffu)]
    public async Task A_length_out_of_range_is_refused_before_anything_is_read(uint length)
    {
        await using var portal = new TestPortal(_key, o => o with { Certificate = null });
        using var socket = await portal.ConnectAsync();
        var prefix = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        await socket.SendAsync(prefix);
        await portal.RefusedAsync(RefusalReason.Malformed);
        Assert.Equal(RejectCode.Malformed, (await ReadRejectAsync(socket)).Code);
    }

    [Fact]
    public async Task A_changed_proof_under_a_known_key_says_that_somebody_is_between()
    {
        await using var portal = new TestPortal(_key, o => o with { Certificate = null });
        await using var connection = new SocketConnection(await portal.ConnectAsync());
        using var channel = new HandshakeChannel(connection);
        await channel.WriteAsync(new HandshakeMessage { Hello = Hello() }, CancellationToken.None);
        await channel.ReadAsync(4096, CancellationToken.None);
        var proof = HandshakeProof.OfBridge(_key.Secret, channel.TranscriptHash(), ChannelBinding.Plaintext);
        proof[^1] ^= 1;
        await channel.WriteAsync(new HandshakeMessage { Proof = new Proof { Proof_ = ByteString.CopyFrom(proof) } }, CancellationToken.None);
        Assert.Equal(RejectCode.BadProof, (await channel.ReadAsync(4096, CancellationToken.None)).Message!.Reject.Code);
        var refused = await portal.RefusedAsync(RefusalReason.BadProof);
        Assert.Equal(_key.Id, refused.KeyId);
        Assert.Contains("man in the middle", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_cannot_be_played_back()
    {
        await using var portal = new TestPortal(_key, o => o with { Certificate = null });
        byte[]? recorded = null;
        var hello = Hello();
        for (var round = 0; round < 2; round++)
        {
            await using var connection = new SocketConnection(await portal.ConnectAsync());
            using var channel = new HandshakeChannel(connection);
            await channel.WriteAsync(new HandshakeMessage { Hello = hello }, CancellationToken.None);
            await channel.ReadAsync(4096, CancellationToken.None);
            recorded ??= HandshakeProof.OfBridge(_key.Secret, channel.TranscriptHash(), ChannelBinding.Plaintext);
            await channel.WriteAsync(new HandshakeMessage { Proof = new Proof { Proof_ = ByteString.CopyFrom(recorded) } }, CancellationToken.None);
            if (round == 0)
            {
                await (await portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection.DisposeAsync();
            }
        }

        await portal.RefusedAsync(RefusalReason.BadProof);
    }

    [Fact]
    public async Task An_unknown_key_sees_the_same_messages_as_a_known_one()
    {
        await using var portal = new TestPortal(_key, o => o with { Certificate = null });
        await using var connection = new SocketConnection(await portal.ConnectAsync());
        using var channel = new HandshakeChannel(connection);
        var hello = Hello();
        hello.KeyId = "0000000000";
        await channel.WriteAsync(new HandshakeMessage { Hello = hello }, CancellationToken.None);
        var challenge = (await channel.ReadAsync(4096, CancellationToken.None)).Message!;
        Assert.Equal(HandshakeMessage.BodyOneofCase.Challenge, challenge.BodyCase);
        await channel.WriteAsync(new HandshakeMessage { Proof = new Proof { Proof_ = ByteString.CopyFrom(new byte[32]) } }, CancellationToken.None);
        Assert.Equal(RejectCode.UnknownKey, (await channel.ReadAsync(4096, CancellationToken.None)).Message!.Reject.Code);
    }

    [Fact]
    public async Task A_version_from_the_future_alone_is_not_supported()
    {
        await using var portal = new TestPortal(_key, o => o with { Certificate = null });
        await using var connection = new SocketConnection(await portal.ConnectAsync());
        using var channel = new HandshakeChannel(connection);
        var hello = Hello();
        hello.Versions.Clear();
        hello.Versions.Add(2);
        await channel.WriteAsync(new HandshakeMessage { Hello = hello }, CancellationToken.None);
        Assert.Equal(RejectCode.VersionNotSupported, (await channel.ReadAsync(4096, CancellationToken.None)).Message!.Reject.Code);
    }

    [Fact]
    public async Task Terminal_codes_in_a_hello_are_malformed()
    {
        await using var portal = new TestPortal(_key, o => o with { Certificate = null });
        await using var connection = new SocketConnection(await portal.ConnectAsync());
        using var channel = new HandshakeChannel(connection);
        var hello = Hello();
        hello.VirtualDomain = "\u001b]0;owned\u0007";
        await channel.WriteAsync(new HandshakeMessage { Hello = hello }, CancellationToken.None);
        Assert.Null((await portal.RefusedAsync(RefusalReason.Malformed)).VirtualDomain);
    }

    [Fact]
    public async Task Over_the_bound_of_handshakes_a_connection_is_closed_at_once()
    {
        await using var portal = new TestPortal(_key, o => o with { MaxInFlight = 1 });
        using var first = await portal.ConnectAsync();
        using var second = await portal.ConnectAsync();
        Assert.Equal(RefusalReason.Busy, (await portal.OutcomeAsync<AcceptOutcome.Refused>()).Reason);
        first.Shutdown(SocketShutdown.Send);
        await portal.RefusedAsync(RefusalReason.ConnectionLost);
        await using var bridge = await InterconnectDialer.DialAsync(portal.DialOptions(_key), TestPortal.Domain, CancellationToken.None);
        await portal.OutcomeAsync<AcceptOutcome.Accepted>();
    }

    private Hello Hello() => new()
    {
        Versions = { 1 },
        VirtualDomain = TestPortal.Domain,
        KeyId = _key.Id,
        Nonce = ByteString.CopyFrom(new byte[32]),
        BridgeInstance = ByteString.CopyFrom(new byte[16]),
    };

    private static async Task<Reject> ReadRejectAsync(Socket socket)
    {
        await using var connection = new SocketConnection(socket);
        using var channel = new HandshakeChannel(connection);
        return (await channel.ReadAsync(4096, CancellationToken.None)).Message!.Reject;
    }
}
