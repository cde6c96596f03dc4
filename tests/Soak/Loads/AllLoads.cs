using System.Net.Sockets;
using System.Text;
using Tunnel.Testing.Load;
using Tunnel.Testing.Net;

namespace Tunnel.Soak.Loads;

/// <summary>All kinds of visitors.</summary>
internal static class AllLoads
{
    private const int Kibibyte = 1024;
    private const int Mebibyte = 1024 * Kibibyte;

    // More than all buffers on the way hold, so that a stopped reader stops its target.
    private const int StoppedBytes = 24 * Mebibyte;
    private const int StoppedReceiveBuffer = 64 * Kibibyte;
    private const int Datagrams = 20;
    private const int DatagramHeader = 12;
    private const int LongestDatagramPause = 300;

    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DatagramPatience = TimeSpan.FromMilliseconds(500);

    public static IReadOnlyList<Load> Kinds { get; } =
    [
        new("download", 3, visit => WithVisitorAsync(visit, async visitor =>
        {
            var length = Length(visit.Random);
            await LoadVisitor.DownloadAsync(visitor, length, progress: null, visit.Limit);
            return length;
        })),
        new("upload", 3, visit => WithVisitorAsync(visit, async visitor =>
        {
            var length = Length(visit.Random);
            await LoadVisitor.UploadAsync(visitor, length, progress: null, visit.Limit);
            return length;
        })),
        new("echo", 10, EchoAsync),
        new("http request", 4, visit => WithVisitorAsync(visit, visitor => HttpAsync(visitor, visit))),
        new("half-closer", 2, visit => WithVisitorAsync(visit, visitor => HalfCloseAsync(visitor, visit))),
        new("stopped reader", 2, StopAsync),
        new("vanishing visitor", 3, visit => WithVisitorAsync(visit, visitor => VanishAsync(visitor, visit))),
        new("datagrams", 3, DatagramsAsync),
    ];

    // Mostly short, sometimes long.
    private static long Length(Random random) => (long)(64 * Kibibyte * Math.Pow(256, random.NextDouble()));

    private static async Task<long> WithVisitorAsync(Visit visit, Func<Visitor, Task<long>> visitAsync)
    {
        using var visitor = await Visitor.ConnectAsync(visit.Service.Public);
        return await visitAsync(visitor);
    }

    private static async Task<long> EchoAsync(Visit visit)
    {
        using var visitor = await Visitor.ConnectAsync(visit.Service.Public);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(1 + (visit.Random.NextDouble() * 19)));
        return await LoadVisitor.EchoAsync(visitor, visit.Random.Next(), TypingPause, enough.Token, visit.Limit);
    }

    private static async Task<long> HttpAsync(Visitor visitor, Visit visit)
    {
        var length = visit.Random.Next(1, 64 * Kibibyte);
        await visitor.SendAsync(Encoding.ASCII.GetBytes($"GET /{length} HTTP/1.1\r\nHost: {visit.Service.Domain}\r\nConnection: close\r\n\r\n"));
        using var answer = new MemoryStream();
        var buffer = new byte[Pattern.MaxSlice];
        while (await visitor.Socket.ReceiveAsync(buffer, visit.Limit) is var read and > 0)
        {
            answer.Write(buffer, 0, read);
        }

        var bytes = answer.ToArray();
        if (bytes.AsSpan().StartsWith("HTTP/1.1 503 "u8))
        {
            throw new UnservedException();
        }

        var head = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        LoadEndedException.ThrowUnless(head >= 0 && bytes.Length >= head + 4 + length, $"an answer of {length} bytes ended after {bytes.Length}");
        if (!bytes.AsSpan().StartsWith("HTTP/1.1 200 "u8) || bytes.Length != head + 4 + length)
        {
            throw new InvalidDataException("a wrong HTTP answer");
        }

        Pattern.Verify(0, bytes.AsSpan(head + 4));
        return length;
    }

    private static async Task<long> HalfCloseAsync(Visitor visitor, Visit visit)
    {
        var length = Length(visit.Random);
        await visitor.SendAsync(LoadTarget.Request(LoadKind.Download, length));
        visitor.Socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[Pattern.MaxSlice];
        var offset = 0L;
        while (await visitor.Socket.ReceiveAsync(buffer, visit.Limit) is var read and > 0)
        {
            Pattern.Verify(offset, buffer.AsSpan(0, read));
            offset += read;
        }

        LoadEndedException.ThrowUnless(offset == length, $"after a half-close, a download of {length} bytes ended after {offset}");
        return length;
    }

    private static async Task<long> StopAsync(Visit visit)
    {
        using var visitor = await Visitor.ConnectAsync(visit.Service.Public, StoppedReceiveBuffer);
        var pause = TimeSpan.FromSeconds(1 + (visit.Random.NextDouble() * 7));
        var at = visit.Random.Next(StoppedBytes / 2);
        var came = 0L;
        var stopped = false;
        await LoadVisitor.DownloadAsync(
            visitor,
            StoppedBytes,
            read =>
            {
                came += read;
                if (!stopped && came > at)
                {
                    // The reader itself waits: nothing else would keep its socket unread.
                    stopped = true;
                    visit.Limit.WaitHandle.WaitOne(pause);
                }
            },
            visit.Limit);
        return StoppedBytes;
    }

    private static async Task<long> VanishAsync(Visitor visitor, Visit visit)
    {
        await visitor.SendAsync(LoadTarget.Request(visit.Random.Next(2) == 0 ? LoadKind.Download : LoadKind.Echo, 64 * Mebibyte));
        await Task.Delay(visit.Random.Next(300), CancellationToken.None);
        if (visit.Random.Next(2) == 0)
        {
            visitor.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        return 0;
    }

    /// <summary>Datagrams may be lost, but what comes is what was sent, and comes once.</summary>
    private static async Task<long> DatagramsAsync(Visit visit)
    {
        using var visitor = new UdpVisitor(visit.Service.Public);
        var sent = new HashSet<int>();
        var bytes = 0L;
        for (var i = 0; i < Datagrams; i++)
        {
            var datagram = new byte[DatagramHeader + visit.Random.Next(1200)];
            BitConverter.TryWriteBytes(datagram, i);
            Pattern.At(i, datagram.Length - DatagramHeader).CopyTo(datagram.AsMemory(DatagramHeader));
            sent.Add(i);
            await Task.Delay(visit.Random.Next(LongestDatagramPause), CancellationToken.None);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(visit.Limit);
            patience.CancelAfter(DatagramPatience);
            try
            {
                await visitor.SendAsync(datagram);
                var answer = await visitor.ReceiveAsync(patience.Token);
                if (!sent.Remove(BitConverter.ToInt32(answer)))
                {
                    throw new InvalidDataException("a datagram came twice, or was never sent");
                }

                Pattern.Verify(BitConverter.ToInt32(answer), answer.AsSpan(DatagramHeader));
                bytes += answer.Length;
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Lost; or nothing listens, because the portal is gone.
            }
        }

        return bytes;
    }
}
