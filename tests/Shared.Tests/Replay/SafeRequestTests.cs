using System.Buffers;
using System.Text;
using Tunnel.Shared.Replay;

namespace Tunnel.Shared.Tests.Replay;

public sealed class SafeRequestTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("HEAD /x?y HTTP/1.0\r\nHost: a\r\nCookie: caf\u00e9\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("TRACE / HTTP/1.1\r\n\r\n")]
    [InlineData("GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")]
    public void May_be_sent_twice(string text) => Assert.True(Is(text));

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\nx")]
    [InlineData("GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData("get / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/2.0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\n\r\n")]
    [InlineData("DELETE / HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:1 HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-2.0-x\r\n\r\n")]
    public void May_not(string text) => Assert.False(Is(text));

    [Fact]
    public void Nor_may_a_head_that_no_server_takes() => Assert.False(Is($"GET / HTTP/1.1\r\nCookie: {new string('x', 65_536)}\r\n\r\n"));

    private static bool Is(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var whole = SafeRequest.Is(new ReadOnlySequence<byte>(bytes));
        Assert.Equal(whole, SafeRequest.Is(Split(bytes)));
        return whole;
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, bytes.Length / 2), null);
        var second = new Segment(bytes.AsMemory(bytes.Length / 2), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
