using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport.ProxyProtocol;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;

namespace Tunnel.Shared.Tests.Datagrams;

public sealed class DatagramGateTests : IDisposable
{
    private static readonly IPEndPoint Here = IPEndPoint.Parse("127.0.0.1:53");
    private static readonly IPEndPoint Proxy = IPEndPoint.Parse("10.0.0.1:5300");

    private readonly RecordingLoggers _loggers = new();
    private readonly TestMeters _meters = new();

    public void Dispose()
    {
        _meters.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public void A_trusted_proxy_says_whom_each_datagram_is_from()
    {
        var (reason, rest, introduced) = Open(Create("10.0.0.0/8"), [.. Header("203.0.113.9:4711"), .. "question"u8], Proxy);
        Assert.Null(reason);
        Assert.Equal("question", rest);
        Assert.Equal("203.0.113.9:4711", introduced!.ToString());
    }

    [Fact]
    public void A_proxys_own_datagram_is_its_own()
    {
        var local = ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, ProxyProtocolHeader.Unknown);
        Assert.Equal((null, "probe", null), Open(Create("10.0.0.0/8"), [.. local, .. "probe"u8], Proxy));
    }

    [Fact]
    public void Nobody_else_is_heard_and_one_line_says_so()
    {
        var gate = Create();
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(DatagramDropReason.NotTrusted, Open(gate, [.. Header("203.0.113.9:4711"), .. "question"u8], Proxy).Reason);
        }

        Assert.Equal(LogLevel.Warning, Assert.Single(_loggers.With("from 10.0.0.1:5300")).Level);
    }

    [Fact]
    public void A_datagram_without_a_whole_binary_header_is_dropped()
    {
        var gate = Create("10.0.0.0/8");
        var header = Header("203.0.113.9:4711");
        for (var length = 0; length < header.Length; length++)
        {
            Assert.Equal(DatagramDropReason.Malformed, Open(gate, header[..length], Proxy).Reason);
        }

        Assert.Equal(DatagramDropReason.Malformed, Open(gate, "PROXY UNKNOWN\r\nquestion"u8.ToArray(), Proxy).Reason);
        Assert.Equal(DatagramDropReason.Malformed, Open(gate, "question"u8.ToArray(), Proxy).Reason);
        Assert.Single(_loggers.Records);
    }

    [Fact]
    public async Task Two_visitors_behind_one_proxy_are_two_flows_and_answers_go_to_the_proxy()
    {
        var flows = Channel.CreateUnbounded<DatagramFlow>();
        await using var listener = DatagramListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new DatagramListenerOptions
        {
            Accepted = flow => flows.Writer.TryWrite(flow),
            Drops = new DatagramDrops(new TunnelMetrics(_meters), "in"),
            Gate = Create(),
        });
        listener.Start();
        using var proxy = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await proxy.ConnectAsync(listener.BoundEndPoint);
        foreach (var visitor in new[] { "203.0.113.9:4711", "[2001:db8::9]:4711" })
        {
            await proxy.SendAsync((byte[])[.. Header(visitor), .. "one"u8]);
            await proxy.SendAsync((byte[])[.. Header(visitor), .. "two"u8]);
            using var flow = await flows.Reader.ReadAsync().AsTask().WaitAsync(Wait.Bound);
            Assert.Equal(visitor, flow.Visitor.ToString());
            Assert.Equal([0, 3, .. "one"u8, 0, 3, .. "two"u8], await Wait.ReadExactAsync(flow.Input, 10));

            await flow.Output.WriteAsync((byte[])[0, 6, .. "answer"u8]);
            var buffer = new byte[64];
            var length = await proxy.ReceiveAsync(buffer).WaitAsync(Wait.Bound);
            Assert.Equal("answer", Encoding.ASCII.GetString(buffer, 0, length));
        }

        Assert.False(flows.Reader.TryRead(out _));
    }

    private static byte[] Header(string source) => ProxyProtocolCodec.Encode(
        ProxyProtocolVersion.Binary, ProxyProtocolHeader.Of(IPEndPoint.Parse(source), IPEndPoint.Parse("203.0.113.1:53"), Network.Udp));

    private static (DatagramDropReason? Reason, string Datagram, IPEndPoint? Introduced) Open(DatagramGate gate, byte[] datagram, IPEndPoint sender)
    {
        ReadOnlySpan<byte> packet = datagram;
        var reason = gate.Open(ref packet, sender, Here, out var introduced);
        return (reason, Encoding.ASCII.GetString(packet), introduced);
    }

    private DatagramGate Create(params string[] trusted) => new(
        new ProxyProtocolConfig { TrustedProxies = [.. trusted.Select(text => CidrBlock.TryParse(text, out var block) ? block : throw new FormatException(text))] },
        _loggers.CreateLogger("gate"));
}
