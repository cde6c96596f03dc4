using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Diagnostics;

/// <summary>Logs as V2Ray does: lines with a time and a level, to standard error or to the files that the <c>log</c> object names.</summary>
internal sealed class LineLoggerProvider : ILoggerProvider, IAsyncDisposable
{
    private const string Nowhere = "none";

    private readonly TimeProvider _time;
    private readonly LogLevel _level;
    private readonly LineWriter? _errors;
    private readonly LineWriter? _access;

    /// <exception cref="IOException">A log file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A log file may not be opened.</exception>
    public LineLoggerProvider(LogConfig config, TimeProvider time)
    {
        _time = time;
        _level = config.Level switch
        {
            LogLevelConfig.Debug => LogLevel.Debug,
            LogLevelConfig.Info => LogLevel.Information,
            LogLevelConfig.Error => LogLevel.Error,
            LogLevelConfig.None => LogLevel.None,
            _ => LogLevel.Warning,
        };
        _errors = Open(config.Error);
        _access = string.Equals(config.Access, config.Error, StringComparison.Ordinal) ? _errors : Open(config.Access);
    }

    public ILogger CreateLogger(string categoryName) => categoryName switch
    {
        LogCategories.Access => new LineLogger(this, _access, LogLevel.Information),
        LogCategories.Status => new LineLogger(this, _errors, _level == LogLevel.Warning ? LogLevel.Information : _level),
        _ => new LineLogger(this, _errors, _level),
    };

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

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

    private sealed class LineLogger(LineLoggerProvider provider, LineWriter? writer, LogLevel level) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => writer is not null && logLevel >= level && level != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                writer!.Write(LogLine.Format(provider._time.GetLocalNow(), logLevel, formatter(state, exception), exception));
            }
        }
    }
}
