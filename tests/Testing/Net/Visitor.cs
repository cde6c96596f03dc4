using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunnel.Testing.Net;

/// <summary>A public client's connection.</summary>
public sealed class Visitor : IDisposable
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private Visitor(Socket socket) => Socket = socket;

    /// <summary>The connection.</summary>
    public Socket Socket { get; }

    /// <summary>Connects, from an address of this machine. A small <paramref name="receiveBuffer"/> makes a stopped reader felt soon.</summary>
    public static async Task<Visitor> ConnectAsync(EndPoint endPoint, int? receiveBuffer = null, IPAddress? from = null)
    {
        var protocol = endPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (receiveBuffer is { } size)
            {
                socket.ReceiveBufferSize = size;
            }

            if (from is not null)
            {
                socket.Bind(new IPEndPoint(from, 0));
            }

            using var timeout = new CancellationTokenSource(DefaultLimit);
            await socket.ConnectAsync(endPoint, timeout.Token);
            return new Visitor(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects, sends <paramref name="text"/>, half-closes, and returns the whole answer.</summary>
    public static async Task<string> AskAsync(EndPoint endPoint, string text, TimeSpan? limit = null)
    {
        using var visitor = await ConnectAsync(endPoint);
        await visitor.SendAsync(Encoding.UTF8.GetBytes(text), limit);
        visitor.Socket.Shutdown(SocketShutdown.Send);
        return Encoding.UTF8.GetString(await visitor.ReadToEndAsync(limit));
    }

    /// <summary>Sends everything.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> data, TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? DefaultLimit);
        while (!data.IsEmpty)
        {
            data = data[await Socket.SendAsync(data, timeout.Token)..];
        }
    }

    /// <summary>Fills the buffer; fails on an early end.</summary>
    public async Task ReadExactlyAsync(Memory<byte> buffer, TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? DefaultLimit);
        while (!buffer.IsEmpty)
        {
            var read = await Socket.ReceiveAsync(buffer, timeout.Token);
            Assert.True(read > 0, $"the connection ended {buffer.Length} bytes early");
            buffer = buffer[read..];
        }
    }

    /// <summary>Reads <paramref name="count"/> bytes of <see cref="Pattern"/> from <paramref name="offset"/> on and checks each.</summary>
    public async Task ReadPatternAsync(long offset, long count, TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? DefaultLimit);
        var buffer = new byte[Pattern.MaxSlice];
        var end = offset + count;
        while (offset < end)
        {
            var read = await Socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset)), timeout.Token);
            Assert.True(read > 0, $"the connection ended at offset {offset}, {end - offset} bytes early");
            Pattern.Verify(offset, buffer.AsSpan(0, read));
            offset += read;
        }
    }

    /// <summary>Everything up to the end; a reset throws.</summary>
    public async Task<byte[]> ReadToEndAsync(TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? DefaultLimit);
        using var all = new MemoryStream();
        var buffer = new byte[Pattern.MaxSlice];
        while (true)
        {
            var read = await Socket.ReceiveAsync(buffer, timeout.Token);
            if (read == 0)
            {
                return all.ToArray();
            }

            all.Write(buffer, 0, read);
        }
    }

    /// <summary>How many bytes come before the other side closes or resets; fails when it does neither in time.</summary>
    public async Task<long> ReadUntilClosedAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        var buffer = new byte[Pattern.MaxSlice];
        var total = 0L;
        try
        {
            while (true)
            {
                var read = await Socket.ReceiveAsync(buffer, timeout.Token);
                if (read == 0)
                {
                    return total;
                }

                total += read;
            }
        }
        catch (SocketException)
        {
            return total;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the connection is still open after {limit.TotalSeconds:0.#} s");
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}
