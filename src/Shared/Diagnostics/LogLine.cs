using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Diagnostics;

/// <summary>The shape of a log line: <c>2026/11/21 10:00:00 [Warning] text</c>, as V2Ray writes it.</summary>
internal static class LogLine
{
    public static string Format(DateTimeOffset at, LogLevel level, string message, Exception? exception)
    {
        var name = level switch
        {
            LogLevel.Trace or LogLevel.Debug => "Debug",
            LogLevel.Information => "Info",
            LogLevel.Warning => "Warning",
            _ => "Error",
        };

        var line = $"{at:yyyy'/'MM'/'dd HH':'mm':'ss} [{name}] {OneLine(message)}";
        return exception is null ? line : $"{line}: {Indented(exception)}";
    }

    /// <summary>A text that came from a peer must not begin a line of its own, nor move a terminal's cursor.</summary>
    private static string OneLine(string text) => Printable(text.ReplaceLineEndings(" "));

    /// <summary>An exception has many lines, and its message may be a peer's: none but the first begins where a log line does.</summary>
    private static string Indented(Exception exception) =>
        string.Join(Environment.NewLine + "    ", exception.ToString().ReplaceLineEndings("\n").Split('\n').Select(Printable));

    private static string Printable(string text) => text.Any(char.IsControl)
        ? string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? '?' : source[i];
            }
        })
        : text;
}
