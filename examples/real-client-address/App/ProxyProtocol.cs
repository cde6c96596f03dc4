using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tunnel.Examples.RealClientAddress;

/// <summary>Kestrel reads a PROXY protocol header of version 2 in front of every connection, and believes it. Copy it into your app.</summary>
internal static class ProxyProtocol
{
    private const int FixedBytes = 16;
    private const int MaxBytes = 4096;
    private const byte Proxy = 0x21;
    private const byte Local = 0x20;
    private const byte Tcp4 = 0x11;
    private const byte Tcp6 = 0x21;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Only for addresses that nobody but a trusted proxy can reach.</summary>
    public static void UseProxyProtocol(this ListenOptions options) => options.Use(next => async connection =>
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await ReadAsync(connection, deadline.Token);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException($"no PROXY protocol header: {exception.Message}"));
            return;
        }

        await next(connection);
    });

    private static async Task ReadAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        var head = await ReadAsync(input, FixedBytes, cancellationToken);
        var length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(14));
        if (!head.AsSpan(0, 12).SequenceEqual("\r\n\r\n\0\r\nQUIT\n"u8) || head[12] is not (Proxy or Local) || length > MaxBytes)
        {
            throw new InvalidDataException("the connection does not begin with one");
        }

        var header = await ReadAsync(input, length, cancellationToken);
        var read = await input.ReadAsync(cancellationToken);
        input.AdvanceTo(read.Buffer.GetPosition(length));

        // Of a proxy's own connection, and of what has no IP address, the header says nothing.
        var size = (header[12], header[13]) switch { (Proxy, Tcp4) => 4, (Proxy, Tcp6) => 16, _ => 0 };
        if (size == 0)
        {
            return;
        }

        if (length < FixedBytes + (2 * size) + 4)
        {
            throw new InvalidDataException("it is too short for its addresses");
        }

        connection.RemoteEndPoint = EndPoint(header.AsSpan(FixedBytes, size), header.AsSpan(FixedBytes + (2 * size)));
        connection.LocalEndPoint = EndPoint(header.AsSpan(FixedBytes + size, size), header.AsSpan(FixedBytes + (2 * size) + 2));
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) => new(new IPAddress(address), BinaryPrimitives.ReadUInt16BigEndian(port));

    /// <summary>The first bytes of the connection; they stay in the pipe.</summary>
    private static async Task<byte[]> ReadAsync(PipeReader input, int count, CancellationToken cancellationToken)
    {
        var read = await input.ReadAtLeastAsync(count, cancellationToken);
        if (read.Buffer.Length < count)
        {
            throw new InvalidDataException("the connection ended before one");
        }

        var bytes = read.Buffer.Slice(0, count).ToArray();
        input.AdvanceTo(read.Buffer.Start);
        return bytes;
    }
}
