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

        // A text that came from a peer must not begin a line of its own.
        var text = message.ReplaceLineEndings(" ");
        return exception is null
            ? $"{at:yyyy'/'MM'/'dd HH':'mm':'ss} [{name}] {text}"
            : $"{at:yyyy'/'MM'/'dd HH':'mm':'ss} [{name}] {text}: {exception}";
    }
}
