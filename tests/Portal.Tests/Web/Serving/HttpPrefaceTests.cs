using System.Buffers;
using System.Text;
using Tunnel.Portal.Web.Serving;

namespace Tunnel.Portal.Tests.Web.Serving;

public sealed class HttpPrefaceTests
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    [Fact]
    public void Every_beginning_of_the_preface_needs_more_and_all_of_it_is_enough()
    {
        for (var length = 0; length < Preface.Length; length++)
        {
            Assert.Null(IsHttp2(Preface[..length]));
        }

        Assert.True(IsHttp2(Preface));
        Assert.True(IsHttp2(Preface + "more"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("P")]
    [InlineData("POST / HTTP/1.1\r\n")]
    [InlineData("PRI * HTTP/1.1\r\n")]
    public void Anything_else_is_not_http_2(string start) => Assert.Equal(start == "P" ? null : false, IsHttp2(start));

    private static bool? IsHttp2(string start) => HttpPreface.IsHttp2(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(start)));
}
