using System.Text;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Tests.Transport.Http;

public sealed class HttpBodyScannerTests
{
    [Theory]
    [InlineData("0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n")]
    [InlineData("005 \r\nhel\r\n\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n")]
    public void Chunks_end_where_they_end_however_they_are_split(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var scanner = new HttpBodyScanner(new HttpBody(Chunked: true, 0));
            Assert.Equal(split, scanner.Scan(bytes.AsSpan(0, split)));
            Assert.Equal(bytes.Length - split, scanner.Scan([.. bytes.AsSpan(split), .. "GET http://other/ HTTP/1.1"u8]));
            Assert.True(scanner.IsDone);
            Assert.Equal(0, scanner.Scan("more"u8));
        }
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("g\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("5\nhello\r\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("0\r\nA: b\n\r\n")]
    [InlineData("1234567890123456\r\n")]
    [InlineData("5\rx")]
    public void What_is_no_chunk_is_refused(string text) =>
        Assert.Equal(-1, new HttpBodyScanner(new HttpBody(Chunked: true, 0)).Scan(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_line_or_trailers_without_end_are_refused()
    {
        Assert.Equal(-1, new HttpBodyScanner(new HttpBody(Chunked: true, 0)).Scan([.. "1;"u8, .. Enumerable.Repeat((byte)'a', 1000)]));
        Assert.Equal(-1, new HttpBodyScanner(new HttpBody(Chunked: true, 0)).Scan([.. "0\r\n"u8, .. Enumerable.Repeat((byte)'a', 10_000)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_length_is_counted(int length)
    {
        var scanner = new HttpBodyScanner(new HttpBody(Chunked: false, length));
        Assert.Equal(length == 0, scanner.IsDone);
        var first = length / 3;
        Assert.Equal(first, scanner.Scan(new byte[first]));
        Assert.Equal(length - first, scanner.Scan(new byte[2000]));
        Assert.True(scanner.IsDone);
    }

    [Fact]
    public void Garbage_never_throws()
    {
        var random = new Random(9);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(1, 60)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)"0123abf;\r\n \t:xyz"[random.Next(16)];
            }

            Assert.InRange(new HttpBodyScanner(new HttpBody(Chunked: true, 0)).Scan(bytes), -1, bytes.Length);
        }
    }
}
