using Microsoft.Extensions.Logging;
using Tunnel.Shared.Diagnostics;

namespace Tunnel.Shared.Tests.Diagnostics;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 9, 8, 7, TimeSpan.FromHours(1));

    [Theory]
    [InlineData(LogLevel.Trace, "Debug")]
    [InlineData(LogLevel.Debug, "Debug")]
    [InlineData(LogLevel.Information, "Info")]
    [InlineData(LogLevel.Warning, "Warning")]
    [InlineData(LogLevel.Error, "Error")]
    [InlineData(LogLevel.Critical, "Error")]
    public void It_looks_as_V2Rays(LogLevel level, string name) =>
        Assert.Equal($"2026/11/21 09:08:07 [{name}] text", LogLine.Format(At, level, "text", null));

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r\nb")]
    [InlineData("a\rb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    public void A_text_never_begins_a_line_of_its_own(string text) =>
        Assert.Equal("2026/11/21 09:08:07 [Info] a b", LogLine.Format(At, LogLevel.Information, text, null));

    [Fact]
    public void A_text_cannot_command_a_terminal() => Assert.Equal(
        "2026/11/21 09:08:07 [Info] a?[2Jb?c?d é", LogLine.Format(At, LogLevel.Information, "a\u001b[2Jb\bc\u009bd é", null));

    [Fact]
    public void An_exceptions_further_lines_cannot_be_taken_for_log_lines()
    {
        var exception = new IOException("broken\n2026/11/21 09:08:07 [Info] all is well\u001b[1A");
        var lines = LogLine.Format(At, LogLevel.Error, "failed", exception).Split(Environment.NewLine);

        Assert.Equal("2026/11/21 09:08:07 [Error] failed: System.IO.IOException: broken", lines[0]);
        Assert.Equal(["    2026/11/21 09:08:07 [Info] all is well?[1A"], lines[1..]);
    }
}
