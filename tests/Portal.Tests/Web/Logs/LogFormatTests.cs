using System.Text;
using System.Text.Json;
using Tunnel.Portal.Web.Logs;

namespace Tunnel.Portal.Tests.Web.Logs;

public sealed class LogFormatTests
{
    private static readonly LogEntry Entry = new()
    {
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(-90)),
        Address = "192.0.2.1",
        User = "ann",
        Method = "GET",
        Uri = "/a?b=\"c\"",
        Protocol = "HTTP/1.1",
        Status = 200,
        Bytes = 1234,
        Duration = TimeSpan.FromMilliseconds(12.5),
        UserAgent = "curl\\\u0001\u00FC",
        Target = "http://127.0.0.1:80",
    };

    [Fact]
    public void The_combined_format_is_nginxs() => Assert.Equal(
        "192.0.2.1 - ann [02/Jan/2026:03:04:05 -0130] \"GET /a?b=\\x22c\\x22 HTTP/1.1\" 200 1234 \"-\" \"curl\\x5C\\x01\\xFC\"\n",
        Encoding.ASCII.GetString(CombinedFormat.Write(Entry)));

    [Fact]
    public void Json_says_what_is_known_on_one_line()
    {
        var line = Encoding.UTF8.GetString(JsonFormat.Write(Entry));

        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line);
        Assert.Equal("/a?b=\"c\"", json.RootElement.GetProperty("uri").GetString());
        Assert.Equal(0.0125, json.RootElement.GetProperty("seconds").GetDouble());
        Assert.Equal("http://127.0.0.1:80", json.RootElement.GetProperty("target").GetString());
        Assert.False(json.RootElement.TryGetProperty("error", out _));
    }
}
