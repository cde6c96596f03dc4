using System.Buffers;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Proxies;
using Tunnel.Shared.Outbounds.Socks;

namespace Tunnel.Fuzz.Targets;

/// <summary>What a SOCKS5 proxy answers, and its datagrams.</summary>
internal static class SocksClientTarget
{
    private static readonly ProxyUser User = new() { Name = "user", Password = new ProxyPassword("secret") };

    private static readonly byte[] Granted = [5, 0, 0, 1, 192, 0, 2, 1, 4, 56];
    private static readonly byte[] GrantedByName = [5, 0, 0, 3, 5, .. "proxy"u8, 4, 56];
    private static readonly byte[] GrantedIPv6 = [5, 0, 0, 4, .. new byte[16], 4, 56];

    public static FuzzTarget Create() => new("socks-client", "SOCKS5 at the outbound: the proxy's answers, whole conversations, datagrams, requests",
    [
        new FuzzCase("method", static (bytes, observations) => RunAnswer<byte>(SocksReply.TryReadMethod, bytes, observations)) { Seeds = [[5, 0], [5, 2], [5, 255], [4]], MaxLength = 16 },
        new FuzzCase("status", static (bytes, observations) => RunAnswer<bool>(SocksReply.TryReadStatus, bytes, observations)) { Seeds = [[1, 0], [1, 1]], MaxLength = 16 },
        new FuzzCase("reply", static (bytes, observations) => RunAnswer<SocksAnswer>(SocksReply.TryReadReply, bytes, observations)) { Seeds = [Granted, GrantedByName, GrantedIPv6, [5, 4]], MaxLength = 300 },
        new FuzzCase("connect", static (bytes, observations) => Run(bytes, static (handshake, pipe) => handshake.ConnectAsync(pipe, User, "target.example", 443, CancellationToken.None), observations))
        {
            Seeds = [[5, 0, .. Granted], [5, 2, 1, 0, .. GrantedByName, 9], [5, 2, 1, 1], [5, 255]],
            MaxLength = 600,
        },
        new FuzzCase("associate", static (bytes, observations) => Run(bytes, static (handshake, pipe) => handshake.AssociateAsync(pipe, user: null, CancellationToken.None), observations))
        {
            Seeds = [[5, 0, .. GrantedIPv6], [5, 0, .. Granted], [5, 0, 5, 7]],
            MaxLength = 600,
        },
        new FuzzCase("datagram", RunDatagram) { Seeds = [[0, 0, .. Granted[2..], 1, 2], [0, 0, .. GrantedByName[2..]], [0, 0, .. GrantedIPv6[2..], 3]], MaxLength = 400 },
        new FuzzCase("request", RunRequest) { Seeds = Texts.Utf8("target.example", "192.0.2.1", "2001:db8::1", "bücher.example", new string('a', 256)), MaxLength = 600 },
    ]);

    private static void RunAnswer<T>(AnswerReader.Parser<T> parse, byte[] bytes, Observations observations)
    {
        var (whole, wholeError, wholeRest) = Parse(parse, new ReadOnlySequence<byte>(bytes));
        var (split, splitError, splitRest) = Parse(parse, Split.Sequence(bytes));
        PropertyException.Require(wholeError == splitError && wholeRest == splitRest, "an answer does not depend on how it is split");
        PropertyException.Require(whole?.ToString() == split?.ToString(), "an answer does not depend on how it is split");
        observations.Note(wholeError);
        observations.Note(wholeRest < bytes.Length);
    }

    private static (T? Answer, string? Error, long Left) Parse<T>(AnswerReader.Parser<T> parse, ReadOnlySequence<byte> buffer)
    {
        try
        {
            var before = buffer.Length;
            var isWhole = parse(ref buffer, out var answer);
            PropertyException.Require(isWhole || buffer.Length == before, "nothing is taken of a part");
            return (isWhole ? answer : default, null, buffer.Length);
        }
        catch (ProxyException exception)
        {
            return (default, exception.Message, 0);
        }
    }

    private static void Run(byte[] bytes, Func<SocksHandshake, FedConnection, Task> ask, Observations observations)
    {
        try
        {
            ask(new SocksHandshake(), new FedConnection(bytes)).GetAwaiter().GetResult();
            observations.Note("granted");
        }
        catch (ProxyException exception)
        {
            PropertyException.Require(!exception.Message.Any(char.IsControl), "a refusal is fit for one line");
            observations.Note(exception);
        }
    }

    private static void RunDatagram(byte[] bytes, Observations observations)
    {
        var isDatagram = SocksDatagram.TryOpen(bytes, out var from, out var port, out var header);
        observations.Note(isDatagram);
        observations.Note(from?.AddressFamily.ToString());
        PropertyException.Require(header <= bytes.Length && port is >= 0 and <= 65535, "a header lies within its datagram");
    }

    private static void RunRequest(byte[] bytes, Observations observations)
    {
        var host = Texts.Of(bytes);
        try
        {
            var request = SocksRequest.ConnectTo(host, 443);
            observations.Note(request[3]);

            // The peer reads a length, and as many bytes: with another length it would take the rest for something else.
            PropertyException.Require(request.Length == 6 + request[3] switch { 1 => 4, 4 => 16, _ => 1 + request[4] }, "a request is as long as it says");
        }
        catch (ProxyException exception)
        {
            observations.Note(exception);
        }
    }
}
