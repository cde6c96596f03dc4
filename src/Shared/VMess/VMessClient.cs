using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess;

/// <summary>Opens VMess connections.</summary>
internal static class VMessClient
{
    /// <summary>
    /// Begins a request over a transport that is ready for data. Nothing is sent yet: the header leaves with the first flush, or
    /// with <see cref="VMessConnection.StartAsync"/>, and its time is taken then. The response's header is waited for only by reads.
    /// </summary>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public static VMessConnection Connect(IDuplexPipe transport, VMessClientOptions options)
    {
        var security = Body.VMessBodyFormat.Resolve(options.Security);
        if (security == VMessSecurity.LegacyCfb)
        {
            throw new ArgumentException("The legacy cipher is not sent.", nameof(options));
        }

        if ((options.Command == VMessCommand.Mux) != (options.Destination is null)
            || (options.Destination is { } destination && !Mux.DestinationCodec.CanWrite(destination)))
        {
            throw new ArgumentException("A destination that can be written is needed, but not for the command mux.", nameof(options));
        }

        var header = VMessRequestHeader.Create(security, options.BodyOptions ?? Body.VMessBodyFormat.DefaultOptions(security), options.Command, options.Destination);
        if (!VMessConnection.FormatOf(header).IsValid)
        {
            throw new ArgumentException("The option bits contradict each other, the security or the command.", nameof(options));
        }

        return VMessConnection.OfClient(
            transport,
            header,
            output => WriteRequest(output, options.Id, header, options.TimeProvider.GetUtcNow().ToUnixTimeSeconds(), RandomNumberGenerator.Fill),
            options.TimeProvider,
            options.Pool);
    }

    /// <summary>Writes a sealed request. The random bytes are drawn in this order: authId 4, nonce 8, length of the padding 1, padding.</summary>
    internal static void WriteRequest(IBufferWriter<byte> output, VMessId id, VMessRequestHeader header, long unixSeconds, Cryptography.RandomFill random)
    {
        Span<byte> draws = stackalloc byte[VMessAuthId.RandomBytes + VMessSealedHeader.NonceBytes + 1];
        random(draws);
        Span<byte> padding = stackalloc byte[VMessRequestHeaderCodec.MaxPadding];
        padding = padding[..(draws[^1] & VMessRequestHeaderCodec.MaxPadding)];
        random(padding);

        Span<byte> plain = stackalloc byte[VMessRequestHeaderCodec.MaxBytes];
        var length = VMessRequestHeaderCodec.Write(plain, header, padding);
        Span<byte> authId = stackalloc byte[VMessAuthId.Size];
        VMessAuthId.Write(authId, id, unixSeconds, draws[..VMessAuthId.RandomBytes]);
        VMessSealedHeader.Write(output, id.CommandKey, authId, draws.Slice(VMessAuthId.RandomBytes, VMessSealedHeader.NonceBytes), plain[..length]);
        CryptographicOperations.ZeroMemory(plain);
    }
}
