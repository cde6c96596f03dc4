using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Http;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Tests.Outbounds;

public sealed class ConnectAnswerTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 Connection established\r\n\r\n", 200, "Connection established")]
    [InlineData("HTTP/1.0 200\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n", 204, "")]
    [InlineData("HTTP/1.1 403 Filtr\u00e9\r\nX: \u00ff\r\n\r\n", 403, "Filtr\u00e9")]
    public void A_head_is_read_whole_however_it_is_split_and_nothing_behind_it(string head, int status, string reason)
    {
        byte[] bytes = [.. Encoding.Latin1.GetBytes(head), 0x16, 0x03];
        for (var split = 0; split <= bytes.Length; split++)
        {
            var buffer = Buffers.Split(bytes, split);
            Assert.True(ConnectAnswer.TryRead(ref buffer, out var answer));
            Assert.Equal(new ConnectAnswer(status, reason), answer);
            Assert.Equal([0x16, 0x03], buffer.ToArray());
        }

        for (var length = 0; length < bytes.Length - 2; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.False(ConnectAnswer.TryRead(ref buffer, out _));
        }
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP")]
    [InlineData("\u0005\u0000", "speaks SOCKS5")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "not HTTP's")]
    [InlineData("HTTP/1.1 -20 OK\r\n\r\n", "not HTTP's")]
    [InlineData("HTTP/1.1\r\n\r\n", "not HTTP's")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n", "not HTTP's")]
    public void What_can_never_be_an_answer_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<ProxyException>(() => Read(Encoding.Latin1.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_head_without_end_is_bounded()
    {
        var start = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX: ");
        Assert.False(Read([.. start, .. new byte[8191 - start.Length]]));
        Assert.Throws<ProxyException>(() => Read([.. start, .. new byte[8192 - start.Length]]));
        Assert.Throws<ProxyException>(() => Read([.. start, .. new byte[8192], .. "\r\n\r\n"u8]));
    }

    [Fact]
    public void Any_bytes_are_an_answer_or_need_more_or_are_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes =>
        {
            foreach (byte[] all in (byte[][])[bytes, [.. "HTTP/1."u8, .. bytes], [.. "HTTP/1.1 "u8, .. bytes, .. "\r\n\r\n"u8]])
            {
                try
                {
                    var buffer = new ReadOnlySequence<byte>(all);
                    if (ConnectAnswer.TryRead(ref buffer, out var answer) && (answer.Status is < 100 or > 599 || answer.Reason.Any(char.IsControl)))
                    {
                        return false;
                    }
                }
                catch (ProxyException)
                {
                    // Refused.
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData(407, false, "give one in 'users'")]
    [InlineData(407, true, "password is wrong")]
    [InlineData(403, false, "port 443 only")]
    [InlineData(502, false, "could not reach the host")]
    [InlineData(418, false, "HTTP status 418 No")]
    public void A_refusal_names_the_status_and_what_to_do(int status, bool withUser, string words)
    {
        var message = new ConnectAnswer(status, "No").Refusal(withUser).Message;
        Assert.Contains($"HTTP status {status} No", message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("portal.example", "portal.example:7000")]
    [InlineData("::1", "[::1]:7000")]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example:7000")]
    public void A_request_names_host_and_port(string host, string authority) => Assert.Equal(
        $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n", Encoding.ASCII.GetString(ConnectRequest.Of(host, 7000, user: null)));

    [Fact]
    public void A_user_is_given_as_Basic() => Assert.Contains(
        "\r\nProxy-Authorization: Basic YW5uOnNlY3JldA==\r\n",
        Encoding.ASCII.GetString(ConnectRequest.Of("a", 1, new ProxyUser { Name = "ann", Password = new ProxyPassword("secret") })),
        StringComparison.Ordinal);

    [Fact]
    public void No_host_can_write_a_second_line() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), static name =>
        {
            foreach (var host in (string[])[name.Get, $"a\r\nX: {name.Get}", $"a {name.Get}"])
            {
                try
                {
                    var request = Encoding.Latin1.GetString(ConnectRequest.Of(host, 80, user: null));
                    if (request.Split("\r\n").Length != 4 || request.Split(' ').Length != 4)
                    {
                        return false;
                    }
                }
                catch (ProxyException)
                {
                    // Refused.
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);

    private static bool Read(byte[] bytes)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        return ConnectAnswer.TryRead(ref buffer, out _);
    }
}
