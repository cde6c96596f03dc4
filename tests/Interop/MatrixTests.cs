using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Tunnel.EndToEnd;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.Interop;

/// <summary>The manual's sample with each side ours or V2Ray's own, over each security and transport.</summary>
[Collection(HeavyCollection.Name)]
public sealed class MatrixTests(ITestOutputHelper output) : InteropTest(output)
{
    private const int ParallelRequests = 200;

    /// <summary>V2Ray needs 6 seconds of a processor for a GiB; CI has the time for all of it.</summary>
    private static readonly long TransferBytes = (FullRun.IsAsked ? 256L : 32L) * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string?[] Securities = [null, "aes-128-gcm", "chacha20-poly1305", "none", "zero"];
    private static readonly string[] Transports = ["ws", "tls", "ws+tls"];
    private static readonly (Side Portal, Side Bridge)[] Pairs = [(Side.Ours, Side.Ours), (Side.Ours, Side.Real), (Side.Real, Side.Ours)];
    private static readonly Lazy<string> TransferHash = new(HashOfTransfer);

    /// <summary>The cells. V2Ray with itself is there once, to show that the tests ask nothing that V2Ray cannot do.</summary>
    public static TheoryData<Cell> Cells { get; } =
    [
        new Cell(Side.Real, Side.Real, null, "tcp"),
        .. Cross(Securities, static (pair, security) => new Cell(pair.Portal, pair.Bridge, security, "tcp")),
        .. Cross(Transports, static (pair, transport) => new Cell(pair.Portal, pair.Bridge, null, transport)),
    ];

    [PeerTheory("v2ray")]
    [MemberData(nameof(Cells))]
    public async Task A_cell(Cell cell)
    {
        var target = Own(HalfCloseDoor.Open(IPEndPoint.Parse(Own(await WebTarget.StartAsync()).Address)));
        var certificates = Certificates.Create(Files);
        var portal = StartPortal(cell.Portal, ManualSample.WithStream(
            ManualSample.Portal(Public.Port, InterconnectPort), certificates.PortalStream(cell.Transport)));
        var bridge = StartBridge(cell.Bridge, ManualSample.WithStream(
            ManualSample.WithSecurity(ManualSample.Bridge(InterconnectPort, target.Address), cell.Security), certificates.BridgeStream(cell.Transport)));
        await ServedAsync(portal, bridge);

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit, BaseAddress = new Uri($"http://{Public}/") };
        await AssertDownloadAsync(client);
        await AssertUploadAsync(client);
        await AssertManySmallRequestsAsync(client);
        await AssertWebSocketAsync();
        await AssertHalfCloseAsync(cell);
    }

    /// <summary>Every pair with everything; in the short version everything once, with the pairs in turn.</summary>
    private static IEnumerable<Cell> Cross<T>(T[] all, Func<(Side Portal, Side Bridge), T, Cell> cell) =>
        from pair in Pairs.Index()
        from item in all.Index()
        where FullRun.IsAsked || (item.Index + pair.Index) % Pairs.Length == 0
        select cell(pair.Item, item.Item);

    private static string HashOfTransfer()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long offset = 0; offset < TransferBytes;)
        {
            var slice = Pattern.At(offset, (int)Math.Min(Pattern.MaxSlice, TransferBytes - offset));
            hash.AppendData(slice.Span);
            offset += slice.Length;
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static async Task AssertDownloadAsync(HttpClient client)
    {
        await using var body = await client.GetStreamAsync($"pattern?length={TransferBytes}");
        Assert.Equal(TransferHash.Value, Convert.ToHexStringLower(await SHA256.HashDataAsync(body)));
    }

    private static async Task AssertUploadAsync(HttpClient client)
    {
        using var content = new PatternContent(TransferBytes);
        using var response = await client.PutAsync("sink", content);
        Assert.Equal(TransferHash.Value, await response.Content.ReadAsStringAsync());
    }

    private static async Task AssertManySmallRequestsAsync(HttpClient client)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, ParallelRequests).Select(number => client.GetStringAsync($"number/{number}")));
        Assert.Equal(Enumerable.Range(0, ParallelRequests).Select(number => $"number {number}"), answers);
    }

    private async Task AssertWebSocketAsync()
    {
        using var timeout = new CancellationTokenSource(Limit);
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new Uri($"ws://{Public}/socket"), timeout.Token);
        foreach (var size in new[] { 1, 5000, 200_000 })
        {
            var sent = Pattern.First(size);
            await socket.SendAsync(sent.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, timeout.Token);
            var received = new byte[size];
            for (var count = 0; count < size;)
            {
                count += (await socket.ReceiveAsync(received.AsMemory(count), timeout.Token)).Count;
            }

            Assert.Equal(sent, received);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", timeout.Token);
    }

    private async Task AssertHalfCloseAsync(Cell cell)
    {
        using var visitor = await Visitor.ConnectAsync(Public);
        await visitor.SendAsync(Encoding.ASCII.GetBytes(HalfCloseDoor.Question));
        visitor.Socket.Shutdown(SocketShutdown.Send);
        if (cell.Portal == Side.Ours)
        {
            Assert.Equal(HalfCloseDoor.Answer, Encoding.ASCII.GetString(await visitor.ReadToEndAsync(Limit)));
        }
        else
        {
            // A real portal drops the answer of a visitor that half-closes; all a bridge can do is not to hang.
            await visitor.ReadUntilClosedAsync(Limit);
        }
    }
}
