using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tunnel.Testing.Net;

namespace Tunnel.Testing.Load;

/// <summary>
/// What visitors of a <see cref="LoadTarget"/> do and check. A wrong or surplus byte fails the test. An end before the end is a
/// <see cref="LoadEndedException"/>, a reset a <see cref="SocketException"/>: these a fault may excuse.
/// </summary>
public static class LoadVisitor
{
    private const int EchoBytes = 64;

    /// <summary>Downloads so many bytes, checks each and the SHA-256 of all, and the end behind them.</summary>
    /// <param name="visitor">A new connection.</param>
    /// <param name="length">In bytes.</param>
    /// <param name="progress">Told of each piece that came.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task DownloadAsync(Visitor visitor, long length, Action<int>? progress, CancellationToken cancellation)
    {
        using var came = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await SendAsync(visitor.Socket, LoadTarget.Request(LoadKind.Download, length), cancellation);
        var buffer = new byte[Pattern.MaxSlice];
        for (var offset = 0L; ;)
        {
            var read = await visitor.Socket.ReceiveAsync(buffer, cancellation);
            if (read == 0)
            {
                LoadEndedException.ThrowUnless(offset == length, $"a download of {length} bytes ended after {offset}");
                Assert.Equal(expected.GetCurrentHash(), came.GetCurrentHash());
                return;
            }

            Assert.True(offset + read <= length, $"a download of {length} bytes goes on after them");
            came.AppendData(buffer, 0, read);
            expected.AppendData(Pattern.At(offset, read).Span);
            Pattern.Verify(offset, buffer.AsSpan(0, read));
            offset += read;
            progress?.Invoke(read);
        }
    }

    /// <summary>Uploads so many bytes and compares count and SHA-256 with the target's.</summary>
    /// <inheritdoc cref="DownloadAsync" path="/param"/>
    public static async Task UploadAsync(Visitor visitor, long length, Action<int>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await SendAsync(visitor.Socket, LoadTarget.Request(LoadKind.Upload), cancellation);
        for (var sent = 0L; sent < length;)
        {
            var slice = Pattern.At(sent, (int)Math.Min(Pattern.MaxSlice, length - sent));
            await SendAsync(visitor.Socket, slice, cancellation);
            hash.AppendData(slice.Span);
            sent += slice.Length;
            progress?.Invoke(slice.Length);
        }

        visitor.Socket.Shutdown(SocketShutdown.Send);
        var receipt = new byte[LoadTarget.ReceiptBytes];
        await ReceiveExactlyAsync(visitor.Socket, receipt, cancellation);
        var received = BinaryPrimitives.ReadInt64BigEndian(receipt);
        Assert.True(received == length, $"of {length} bytes uploaded, {received} came");
        Assert.Equal(hash.GetCurrentHash(), receipt[sizeof(long)..]);
        Assert.Equal(0, await visitor.Socket.ReceiveAsync(receipt, cancellation));
    }

    /// <summary>
    /// Types like a person in a shell until told to stop: a few bytes, their echo, a pause. Every byte comes back once and in
    /// order, and nothing behind the last one. Returns how many there were.
    /// </summary>
    /// <param name="visitor">A new connection.</param>
    /// <param name="seed">Chooses the number of bytes at a time, and is where in <see cref="Pattern"/> they begin.</param>
    /// <param name="pause">Between an echo and the next bytes.</param>
    /// <param name="enough">Ends in good order.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<long> EchoAsync(Visitor visitor, int seed, TimeSpan pause, CancellationToken enough, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var buffer = new byte[EchoBytes];
        visitor.Socket.NoDelay = true;
        await SendAsync(visitor.Socket, LoadTarget.Request(LoadKind.Echo), cancellation);
        var offset = (long)seed;
        do
        {
            var bytes = Pattern.At(offset, random.Next(1, EchoBytes + 1));
            await SendAsync(visitor.Socket, bytes, cancellation);
            await ReceiveExactlyAsync(visitor.Socket, buffer.AsMemory(0, bytes.Length), cancellation);
            Pattern.Verify(offset, buffer.AsSpan(0, bytes.Length));
            offset += bytes.Length;
            await Task.Delay(pause, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!enough.IsCancellationRequested);

        visitor.Socket.Shutdown(SocketShutdown.Send);
        var surplus = await visitor.Socket.ReceiveAsync(buffer, cancellation);
        Assert.True(surplus == 0, "an echo came twice");
        return offset - seed;
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data, cancellation)..];
        }
    }

    private static async Task ReceiveExactlyAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            var read = await socket.ReceiveAsync(buffer, cancellation);
            LoadEndedException.ThrowUnless(read > 0, $"the connection ended {buffer.Length} bytes early");
            buffer = buffer[read..];
        }
    }
}
