using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the <c>log</c> object.</summary>
internal static class LogSettingsReader
{
    private static readonly string[] Levels = ["debug", "info", "warning", "error", "none"];

    public static LogConfig Read(ObjectReader? log)
    {
        if (log is null)
        {
            return LogConfig.Default;
        }

        var result = new LogConfig
        {
            Access = log.String("access"),
            Error = log.String("error"),
            Level = ReadLevel(log),
        };
        log.End();
        return result;
    }

    private static LogLevelConfig ReadLevel(ObjectReader log)
    {
        var word = log.Word("loglevel");
        if (word is null)
        {
            return LogLevelConfig.Warning;
        }

        var index = Array.IndexOf(Levels, word);
        if (index >= 0)
        {
            return (LogLevelConfig)index;
        }

        var node = log.Find("loglevel")!;
        log.Problems.Warning(node, $"found {node.Found}, expected {Describe.List(Levels)}{NearestName.Hint(word, Levels)}; 'warning' is used");
        return LogLevelConfig.Warning;
    }
}
