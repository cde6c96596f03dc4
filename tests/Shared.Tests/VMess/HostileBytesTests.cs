using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.Tests.VMess;

/// <summary>Whatever arrives ends in a value or an <see cref="IOException"/>: no other exception, no hang, no belief in what was changed.</summary>
public sealed class HostileBytesTests
{
    private const VMessBodyOptions Usual = VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking | VMessBodyOptions.Padding;

    private static readonly (VMessSecurity Security, VMessBodyOptions Options)[] Formats =
    [
        (VMessSecurity.Aes128Gcm, Usual),
        (VMessSecurity.Aes128Gcm, Usual | VMessBodyOptions.AuthenticatedLength),
        (VMessSecurity.ChaCha20Poly1305, VMessBodyOptions.ChunkStream),
        (VMessSecurity.None, VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking),
        (VMessSecurity.LegacyCfb, Usual),
    ];

    [Fact]
    public void Garbage_is_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<bool>(), static (garbage, legacy) =>
        {
            using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], AllowLegacy = legacy });
            return ServerTests.AcceptAsync(server, garbage).GetAwaiter().GetResult() is VMessAcceptOutcome.Refused;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_header_in_which_anything_was_changed_is_refused() =>
        Prop.ForAll(Gen.Choose(0, 1000).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), static (at, mask, legacy) =>
        {
            const long Now = 1_900_000_000;
            var request = legacy
                ? ServerTests.LegacyRequest(VMessPair.User.Id, VMessPair.User.Id.Bytes.ToArray(), Now, VMessSecurity.Aes128Gcm)
                : ServerTests.Request(Now);
            request[at % request.Length] ^= (byte)mask;
            using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], AllowLegacy = true, TimeProvider = new FixedTime(Now) });
            return ServerTests.AcceptAsync(server, request).GetAwaiter().GetResult() is VMessAcceptOutcome.Refused;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_header_that_was_cut_off_anywhere_is_refused()
    {
        const long Now = 1_900_000_000;
        foreach (var request in new[] { ServerTests.Request(Now), ServerTests.LegacyRequest(VMessPair.User.Id, VMessPair.User.Id.Bytes.ToArray(), Now, VMessSecurity.Aes128Gcm) })
        {
            for (var cut = 0; cut < request.Length; cut++)
            {
                using var server = new VMessServer(new VMessServerOptions { Users = [VMessPair.User], AllowLegacy = true, TimeProvider = new FixedTime(Now) });
                var outcome = await ServerTests.AcceptAsync(server, request[..cut]);
                Assert.Equal(VMessRefusalReason.ConnectionLost, Assert.IsType<VMessAcceptOutcome.Refused>(outcome).Reason);
            }
        }
    }

    [Fact]
    public void Arbitrary_headers_and_destinations_never_crash_their_readers() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(0, 5).ToArbitrary(), Gen.Choose(0, 300).ToArbitrary(), static (bytes, command, padding) =>
        {
            byte[] plausible = [1, .. new byte[33], 0x0D, 0x73, 0, (byte)command, .. bytes, .. new byte[padding]];
            foreach (var input in (byte[][])[bytes, plausible])
            {
                var status = VMessRequestHeaderCodec.TryRead(input, out var header, out var consumed);
                if ((status == OperationStatus.Done) != (header is not null) || consumed > input.Length)
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Garbage_for_chunks_is_an_exception_or_waits() =>
        Prop.ForAll(Gen.Choose(0, Formats.Length - 1).ToArbitrary(), ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(0, 70_000).ToArbitrary(), static (format, start, more) =>
        {
            byte[] garbage = [.. start, .. ConnectionTests.RandomBytes(more, more)];
            var (decoder, _) = Codec(Formats[format]);
            using (decoder)
            {
                var output = new ArrayBufferWriter<byte>();
                var input = new ReadOnlySequence<byte>(garbage);
                try
                {
                    decoder.Decode(ref input, output);
                    return output.WrittenCount <= garbage.Length && input.Length <= ushort.MaxValue + 18;
                }
                catch (VMessException)
                {
                    return output.WrittenCount <= garbage.Length;
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_chunk_is_never_believed() =>
        Prop.ForAll(Gen.Choose(0, 2).ToArbitrary(), Gen.Choose(0, 100_000).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), static (format, at, mask) =>
        {
            var (decoder, encoder) = Codec(Formats[format]);
            using (decoder)
            using (encoder)
            {
                var wire = new ArrayBufferWriter<byte>();
                var sent = ConnectionTests.RandomBytes(at, 1000);
                encoder.Write(new ReadOnlySequence<byte>(sent.AsMemory(0, 400)), wire);
                encoder.Write(new ReadOnlySequence<byte>(sent.AsMemory(400)), wire);
                encoder.Write(ReadOnlySequence<byte>.Empty, wire);
                var bytes = wire.WrittenSpan.ToArray();
                bytes[at % bytes.Length] ^= (byte)mask;
                var output = new ArrayBufferWriter<byte>();
                var input = new ReadOnlySequence<byte>(bytes);
                try
                {
                    decoder.Decode(ref input, output);
                }
                catch (VMessException)
                {
                }

                // Padding is not authenticated: a change there loses nothing. Anything else may cut, but not alter, and not end.
                return sent.AsSpan().StartsWith(output.WrittenSpan) && (!decoder.Ended || output.WrittenCount == sent.Length);
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Cut_off_at_any_byte_the_reader_gets_what_came_and_an_exception(int format)
    {
        var (security, options) = Formats[format];
        for (var cut = 0; cut < 400; cut += security == VMessSecurity.None ? 1 : 3)
        {
            var at = cut;
            var ended = false;
            await using var pair = await VMessPair.ConnectAsync(security, options, toClient: (offset, value) =>
            {
                ended |= offset >= at;
                return offset >= at ? -1 : value;
            });
            await pair.Server.Output.WriteAsync(new byte[100]);
            await pair.Server.Output.WriteAsync(new byte[80]);
            pair.Server.Output.Complete();
            var received = 0L;
            try
            {
                while (true)
                {
                    var read = await pair.Client.Input.ReadAsync().AsTask().WaitAsync(Wait.Bound);
                    received += read.Buffer.Length;
                    pair.Client.Input.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted)
                    {
                        break;
                    }
                }

                // Only the last padding may be missing; in the clear, the transport's end between two chunks is an end.
                Assert.True(received == 180 || security == VMessSecurity.None);
            }
            catch (VMessException exception)
            {
                Assert.True(ended);
                Assert.Equal(at < 38 ? VMessError.NoResponse : VMessError.Truncated, exception.Error);
                Assert.InRange(received, 0, 180);
            }
        }
    }

    [Fact]
    public void A_changed_byte_anywhere_ends_in_an_IOException_or_a_refusal() =>
        Prop.ForAll(Gen.Choose(0, 700).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), static (at, mask, choice) =>
            ChangeAsync(at, mask, toServer: choice % 2 == 0, Formats[choice / 2]).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    private static async Task<bool> ChangeAsync(int at, int mask, bool toServer, (VMessSecurity Security, VMessBodyOptions Options) format)
    {
        int Change(int offset, byte value) => offset == at ? value ^ mask : value;
        await using var pair = VMessPair.Begin(format.Security, format.Options, toServer: toServer ? Change : null, toClient: toServer ? null : Change);
        await pair.Client.Output.WriteAsync(new byte[200]);
        await pair.Client.Output.WriteAsync(new byte[100]);
        pair.Client.Output.Complete();
        if (toServer)
        {
            // Both directions complete: the transport ends, and so does the wait for bytes that a changed size promises.
            pair.Client.Input.Complete();
        }

        await pair.AcceptAsync();
        if (pair.Outcome is VMessAcceptOutcome.Refused)
        {
            return toServer;
        }

        try
        {
            var received = await Wait.ReadAllAsync(pair.Server.Input);
            pair.Server.Input.Complete();
            if (toServer)
            {
                return received.Length == 300 && received.All(static b => b == 0);
            }

            await pair.Server.Output.WriteAsync(received);
            pair.Server.Output.Complete();
            var back = await Wait.ReadAllAsync(pair.Client.Input);
            return back.Length == 300 && back.All(static b => b == 0);
        }
        catch (VMessException)
        {
            return true;
        }
    }

    private static (ChunkDecoder Decoder, ChunkEncoder Encoder) Codec((VMessSecurity Security, VMessBodyOptions Options) format)
    {
        var header = VMessRequestHeader.Create(format.Security, format.Options, VMessCommand.Tcp, VMessPair.Somewhere);
        var keys = new VMessBodyKeys(header, legacy: false);
        var body = VMessConnection.FormatOf(header);
        return (new ChunkDecoder(body, keys, response: false), new ChunkEncoder(body, keys, response: false));
    }
}
