using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Diagnostics;

/// <summary>Where lines go, and which: one <c>log</c> object. Immutable.</summary>
internal sealed class LineSinks : IAsyncDisposable
{
    private const string Nowhere = "none";

    private readonly LogLevel _level;
    private readonly LineWriter? _errors;
    private readonly LineWriter? _access;

    private LineSinks(LogLevel level, LineWriter? errors, LineWriter? access)
    {
        _level = level;
        _errors = errors;
        _access = access;
    }

    /// <exception cref="IOException">A log file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A log file may not be opened.</exception>
    public static LineSinks Open(LogConfig config)
    {
        var level = config.Level switch
        {
            LogLevelConfig.Debug => LogLevel.Debug,
            LogLevelConfig.Info => LogLevel.Information,
            LogLevelConfig.Error => LogLevel.Error,
            LogLevelConfig.None => LogLevel.None,
            _ => LogLevel.Warning,
        };

        // Both files before any writer: where one cannot be opened, nothing is left behind.
        var errors = Open(config.Error);
        try
        {
            return new LineSinks(level, errors, string.Equals(config.Access, config.Error, StringComparison.Ordinal) ? errors : Open(config.Access));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _ = errors?.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>The writer for a line of a category; null where it is not written.</summary>
    public LineWriter? For(string category, LogLevel level)
    {
        var (writer, least) = category switch
        {
            LogCategories.Access => (_access, LogLevel.Information),
            LogCategories.Status => (_errors, _level == LogLevel.Warning ? LogLevel.Information : _level),
            _ => (_errors, _level),
        };
        return level >= least && level != LogLevel.None ? writer : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_errors is not null)
        {
            await _errors.DisposeAsync();
        }

        if (_access is not null && _access != _errors)
        {
            await _access.DisposeAsync();
        }
    }

    private static LineWriter? Open(string? place)
    {
        if (string.IsNullOrEmpty(place))
        {
            return LineWriter.StandardError();
        }

        return string.Equals(place, Nowhere, StringComparison.OrdinalIgnoreCase) ? null : LineWriter.File(place);
    }
}
