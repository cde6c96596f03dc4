using System.Text;
using Tunnel.Portal.Parking;

namespace Tunnel.Portal.Tests.Parking;

public sealed class UnavailableAnswerTests
{
    [Fact]
    public void It_is_a_whole_answer_that_says_why_and_when_to_come_again()
    {
        var text = Encoding.ASCII.GetString(UnavailableAnswer.Create("no bridge of home.example is connected"));

        var (head, body) = (text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n"), text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Equal("HTTP/1.1 503 Service Unavailable", head[0]);
        Assert.Contains("Retry-After: 5", head);
        Assert.Contains("Connection: close", head);
        Assert.Contains($"Content-Length: {body.Length}", head);
        Assert.Equal("No bridge of home.example is connected.\n", body);
    }
}
