using System.Globalization;
using System.Text;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.Peers;

/// <summary>memcached: the text protocol, and the tools of others.</summary>
public sealed class MemcachedTests(PeerTunnel tunnel, ITestOutputHelper output) : PeerTest(tunnel, output)
{
    private const int Keys = 20_000;
    private const int KeysPerRequest = 100;
    private const int FileBytes = 700_000;

    [PeerFact("memcached", "memcstat", "memccp", "memccat", "memccapable", "setpriv")]
    public async Task Many_keys_are_set_and_got_and_the_tools_are_content()
    {
        var target = Tunnel.Memcached.Target.ToString()!;
        await StartServerAsync(Tunnel.Memcached, Peer.Require("memcached"), ["-s", target, "-u", Environment.UserName, "-m", "64", "-t", "2"]);
        var port = Tunnel.Memcached.Public.Port.ToString(CultureInfo.InvariantCulture);
        var servers = $"--servers=127.0.0.1:{port}";

        using (var visitor = await Visitor.ConnectAsync(Tunnel.Memcached.Public))
        {
            // One writes while the other reads, as a client that pipelines does.
            var stored = string.Concat(Enumerable.Repeat("STORED\r\n", Keys));
            await AssertAnsweredAsync(visitor, string.Concat(Enumerable.Range(0, Keys).Select(Set)), stored);
            var asked = Enumerable.Range(0, Keys).Chunk(KeysPerRequest).ToArray();
            await AssertAnsweredAsync(
                visitor,
                string.Concat(asked.Select(keys => $"get {string.Join(' ', keys.Select(Key))}\r\n")),
                string.Concat(asked.Select(keys => string.Concat(keys.Select(Got)) + "END\r\n")));
        }

        var statistics = await RunClientAsync(Peer.Require("memcstat"), [servers]);
        Assert.Contains($"curr_items: {Keys}", statistics.Text, StringComparison.Ordinal);

        var file = Files.Write("file", new string(Random.Shared.GetItems<char>("0123456789abcdef", FileBytes)));
        await RunClientAsync(Peer.Require("memccp"), [servers, file]);
        Assert.StartsWith(await File.ReadAllTextAsync(file), (await RunClientAsync(Peer.Require("memccat"), [servers, "file"])).Text, StringComparison.Ordinal);

        // It tests a server's text protocol, message by message.
        var capable = await RunClientAsync(Peer.Require("memccapable"), ["-h", "127.0.0.1", "-p", port, "-a"]);
        Assert.Contains("All tests passed", capable.Text, StringComparison.Ordinal);
    }

    private static string Key(int number) => $"key{number}";

    private static string Value(int number) => $"value {number} {new string((char)('a' + (number % 26)), number % 60)}";

    private static string Set(int number) => $"set {Key(number)} {number % 1000} 0 {Value(number).Length}\r\n{Value(number)}\r\n";

    private static string Got(int number) => $"VALUE {Key(number)} {number % 1000} {Value(number).Length}\r\n{Value(number)}\r\n";

    private static async Task AssertAnsweredAsync(Visitor visitor, string request, string answer)
    {
        var received = new byte[answer.Length];
        await Task.WhenAll(visitor.SendAsync(Encoding.ASCII.GetBytes(request)), visitor.ReadExactlyAsync(received));
        Assert.Equal(answer, Encoding.ASCII.GetString(received));
    }
}
