using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.Peers;

/// <summary>Redis: many small requests on their way at once.</summary>
public sealed partial class RedisTests(PeerTunnel tunnel, ITestOutputHelper output) : PeerTest(tunnel, output)
{
    private const int Keys = 50_000;
    private const int KeysPerRequest = 500;
    private const int LargeValue = 8_000_000;

    [PeerFact("redis-server", "redis-cli", "redis-benchmark", "setpriv")]
    public async Task Pipelined_values_come_back_as_they_were_set()
    {
        await StartRedisAsync();

        var set = await RunClientAsync(Peer.Require("redis-cli"), [.. Address, "--pipe"], SetCommands());
        Assert.Contains($"errors: 0, replies: {Keys}", set.Text, StringComparison.Ordinal);

        var asked = string.Concat(Enumerable.Range(0, Keys).Chunk(KeysPerRequest).Select(keys => $"MGET {string.Join(' ', keys.Select(Key))}\n"));
        var got = await RunClientAsync(Peer.Require("redis-cli"), Address, Encoding.ASCII.GetBytes(asked));
        Assert.Equal(Enumerable.Range(0, Keys).Select(Value), got.Text.TrimEnd('\n').Split('\n'));

        var large = Encoding.ASCII.GetBytes(string.Create(LargeValue, LargeValue, static (text, _) => Random.Shared.GetItems("0123456789abcdef", text)));
        Assert.Equal("OK\n", (await RunClientAsync(Peer.Require("redis-cli"), [.. Address, "-x", "SET", "large"], large)).Text);
        Assert.Equal(large, (await RunClientAsync(Peer.Require("redis-cli"), [.. Address, "GET", "large"])).Output[..LargeValue]);

        var benchmark = await RunClientAsync(
            Peer.Require("redis-benchmark"), [.. Address, "-P", "16", "-c", "50", "-q", "-n", "50000", "-r", "1000", "-t", "set,get"]);
        Output.WriteLine(benchmark.Text.Replace('\r', '\n'));
        Assert.True(RequestsPerSecond().Count(benchmark.Text) == 2, benchmark.ToString());
    }

    private string[] Address => ["-h", "127.0.0.1", "-p", Tunnel.Redis.Public.Port.ToString(CultureInfo.InvariantCulture)];

    [GeneratedRegex(@"requests per second, p50=", RegexOptions.None, 1000)]
    private static partial Regex RequestsPerSecond();

    private static string Key(int number) => $"key:{number}";

    private static string Value(int number) => $"value {number} {new string((char)('a' + (number % 26)), number % 100)}";

    private static byte[] SetCommands()
    {
        var commands = new StringBuilder();
        for (var i = 0; i < Keys; i++)
        {
            var (key, value) = (Key(i), Value(i));
            commands.Append(CultureInfo.InvariantCulture, $"*3\r\n$3\r\nSET\r\n${key.Length}\r\n{key}\r\n${value.Length}\r\n{value}\r\n");
        }

        return Encoding.ASCII.GetBytes(commands.ToString());
    }

    private async Task StartRedisAsync()
    {
        var target = (IPEndPoint)Tunnel.Redis.Target;
        await StartServerAsync(
            Tunnel.Redis,
            Peer.Require("redis-server"),
            ["--bind", "127.0.0.1", "--port", target.Port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no", "--dir", Files.Path]);
    }
}
