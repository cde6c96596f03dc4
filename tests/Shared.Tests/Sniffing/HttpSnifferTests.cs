using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Sniffing;

namespace Tunnel.Shared.Tests.Sniffing;

public sealed class HttpSnifferTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: Site.Example\r\n", "site.example")]
    [InlineData("POST /a HTTP/1.0\r\nAccept: */*\r\nhOST:site.example:8080\r\n", "site.example")]
    [InlineData("OPTIONS * HTTP/1.1\nX: y\nhost: \t site.example. \n", "site.example")]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n", null)]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]:80\r\n", null)]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n", null)]
    [InlineData("GET / HTTP/1.1\r\nHost: a:b\r\n", null)]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n", null)]
    [InlineData("GET / HTTP/1.1\r\nX-Host: site.example\r\n\r\n", null)]
    public void The_name_is_found_with_the_last_byte_and_not_before(string head, string? name)
    {
        var bytes = Encoding.ASCII.GetBytes(head);

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(SniffStatus.NeedMore, HttpSniffer.Sniff(bytes.AsSpan(0, length)).Status);
        }

        Assert.Equal(new SniffResult(SniffStatus.Found, "http1", name), HttpSniffer.Sniff(bytes));
        Assert.Equal(new SniffResult(SniffStatus.Found, "http1", name), HttpSniffer.Sniff([.. bytes, .. "Host: other.example\r\n\r\n"u8]));
    }

    [Theory]
    [InlineData("GEX")]
    [InlineData("get / HTTP/1.1")]
    [InlineData("GET / HTTP/2.0\r\n")]
    [InlineData("GET\r\n")]
    [InlineData("HEAD \0\0\0")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    [InlineData("SSH-2.0-x\r\n")]
    public void What_is_no_request_is_told_at_once(string text) => Assert.Equal(SniffStatus.No, HttpSniffer.Sniff(Encoding.ASCII.GetBytes(text)).Status);

    [Fact]
    public void A_head_without_end_has_no_name()
    {
        Assert.Equal(SniffStatus.No, HttpSniffer.Sniff(Encoding.ASCII.GetBytes("GET /" + new string('a', 20_000))).Status);
        Assert.Equal(
            new SniffResult(SniffStatus.Found, "http1"),
            HttpSniffer.Sniff(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('a', 20_000) + "\r\nHost: a.example\r\n")));
    }

    [Fact]
    public void Any_head_gives_a_result_with_a_valid_name_or_none()
    {
        var pieces = Gen.Elements("GET ", "/", " HTTP/1.1", "\r\n", "\n", "Host:", "host: a.example", ":80", " ", "\0", "[::1]", "1.2.3.4", "é", "-", ".");
        Prop.ForAll(
            pieces.ListOf().Select(static parts => Encoding.UTF8.GetBytes("GET / HTTP/1.1\r\nHost: " + string.Concat(parts))).ToArbitrary(),
            static bytes => TlsSnifferTests.IsSound(StreamSniffer.Sniff(bytes)) && TlsSnifferTests.IsSound(StreamSniffer.Sniff(bytes.AsSpan(16))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Bittorrent_is_known_by_its_prefix()
    {
        var bytes = "\u0013BitTorrent protocol"u8.ToArray();

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(SniffStatus.NeedMore, StreamSniffer.Sniff(bytes.AsSpan(0, length)).Status);
        }

        Assert.Equal(new SniffResult(SniffStatus.Found, "bittorrent"), StreamSniffer.Sniff([.. bytes, 0]));
        Assert.Equal(SniffStatus.No, StreamSniffer.Sniff("\u0013BitTorrent protocoX"u8).Status);
    }
}
